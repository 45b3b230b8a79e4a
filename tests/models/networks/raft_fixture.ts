/** The inputs of the RAFT fixtures; `tests/fixtures/make_raft_reference.py` defines the same in Python. */
import type { HostTensor } from "../../../models/engine/engine.ts";
import type { Picture } from "../../../models/flow/flow.ts";
import { raftArchitectures, type RaftVariant } from "../../../models/networks/raft/architecture.ts";
import { weightShapes } from "../../../models/networks/raft/shapes.ts";
import type { Checkpoint, CheckpointTensor } from "../../../models/networks/checkpoint/checkpoint.ts";
import { elementCount } from "../../../models/onnx/model.ts";

/** One case of a fixture. */
export interface RaftCase {
  network: RaftVariant;
  height: number;
  width: number;
  updates: number;
  /** Mean length of the flow in pixels. */
  length: number;
  /** Elements (i * 7919) mod count of the flow [2, height, width]. */
  samples: number[];
}

/** A picture as input of RAFT's graphs. */
export function asTensor({ width, height, pixels }: Picture): HostTensor {
  return { type: "float32", dims: [1, 3, height, width], data: pixels };
}

/** The cases of a fixture in `tests/fixtures`. */
export async function readCases(file: string): Promise<RaftCase[]> {
  return JSON.parse(await Deno.readTextFile(new URL(`../../fixtures/${file}`, import.meta.url)));
}

/** Weights that depend only on their names. */
export function generatedWeights(variant: RaftVariant): Checkpoint {
  const shapes = weightShapes(raftArchitectures[variant]);
  return new Map([...shapes].map(([name, dims]) => [name, generatedWeight(name, dims)]));
}

function generatedWeight(name: string, dims: number[]): CheckpointTensor {
  const values = uniform(name, elementCount(dims));
  const isLast = name.startsWith("update_block.flow_head.conv2");
  const scaled = (factor: number, offset = 0) => {
    return { dims, data: Float32Array.from(values, (value) => offset + factor * value) };
  };
  if (dims.length === 4) return scaled((isLast ? 0.05 : 1) * Math.sqrt(6 / elementCount(dims.slice(1))));
  if (name.endsWith("running_var")) return scaled(1 / 2, 1);
  if (name.endsWith("weight")) return scaled(1 / 5, 1);
  return scaled(1 / (isLast ? 20 : 5));
}

/** Numbers in [-1, 1): FNV-1a of the name, then a mixed counter (Wellons' lowbias32). */
function uniform(name: string, count: number): number[] {
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619);
  return Array.from({ length: count }, (_, i) => {
    let x = (Math.imul(i, 2654435769) + seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A pattern, and the same pattern shifted 3 pixels to the right and 2 down. */
export function patternPair(width: number, height: number): [Picture, Picture] {
  return [pattern(width, height, 0, 0), pattern(width, height, 3, 2)];
}

/** The pattern, shifted by (dx, dy) pixels. */
export function pattern(width: number, height: number, dx: number, dy: number): Picture {
  const count = width * height;
  const pixels = new Float32Array(3 * count);
  for (let i = 0; i < 3 * count; i++) {
    const c = Math.floor(i / count);
    const x = i % width - dx;
    const y = Math.floor(i / width) % height - dy;
    const waves = Math.sin(0.31 * x + 0.11 * y + c) + Math.sin(0.17 * x - 0.23 * y) +
      Math.sin(0.05 * x * (1 + 0.01 * y));
    pixels[i] = 0.5 + waves / 6;
  }
  return { width, height, pixels };
}
