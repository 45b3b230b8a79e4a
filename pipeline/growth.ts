/**
 * A still picture as a video of its own dream: every pass over the octaves is a frame. Its motion is a zoom, by which the
 * dream of one pass is carried to the next.
 */
import type { Engine } from "../models/engine/engine.ts";
import { Blender, type Carry } from "./blend.ts";
import type { SourceFrame } from "./frame.ts";
import type { Size } from "./graphs/picture.ts";
import type { Motion } from "./motion.ts";

/** The units of a zoom. */
export const zoomModes = ["percent", "pixel"] as const;

/** The share of a picture's width and height that is still seen after a pass, above 0, up to 1. */
export interface Kept {
  x: number;
  y: number;
}

/**
 * What a zoom keeps of a picture of the working size; 0 keeps all.
 *
 * @param zoom the percentage that is kept, or the number of columns and of rows that are cut off
 */
export function keptBy(zoom: number, mode: typeof zoomModes[number], { width, height }: Size): Kept {
  if (zoom === 0) return { x: 1, y: 1 };
  const share = (side: number) => mode === "percent" ? zoom / 100 : Math.max(1, side - zoom) / side;
  return { x: share(width), y: share(height) };
}

/** The frames of a picture that grows: the picture, further and further magnified about its centre. */
export async function* repeated(
  pictures: AsyncIterable<SourceFrame>,
  { passes, kept, seconds }: { passes: number; kept: Kept; seconds: number },
): AsyncGenerator<SourceFrame> {
  for await (const picture of pictures) {
    for (let index = 0; index < passes; index++) {
      // Taken from the source each time, which is sharper than magnifying the last one again.
      const rgb = magnified(picture.rgb, picture, { x: kept.x ** index, y: kept.y ** index });
      yield { ...picture, index, pts: index * seconds, duration: seconds, rgb };
    }
    return;
  }
}

/** The middle of a picture, rgb24, magnified to its size, linearly between pixel centres. */
export function magnified(rgb: Uint8Array, { width, height }: Size, kept: Kept): Uint8Array {
  if (kept.x === 1 && kept.y === 1) return rgb;
  const columns = samples(width, kept.x), rows = samples(height, kept.y);
  const result = new Uint8Array(rgb.length);
  let at = 0;
  for (const row of rows) {
    const high = row.low * width, low = row.high * width;
    for (const column of columns) {
      const highLeft = (high + column.low) * 3, highRight = (high + column.high) * 3;
      const lowLeft = (low + column.low) * 3, lowRight = (low + column.high) * 3;
      for (let c = 0; c < 3; c++) {
        const above = rgb[highLeft + c]! * (1 - column.part) + rgb[highRight + c]! * column.part;
        const below = rgb[lowLeft + c]! * (1 - column.part) + rgb[lowRight + c]! * column.part;
        result[at++] = Math.round(above * (1 - row.part) + below * row.part);
      }
    }
  }
  return result;
}

/** Between which two pixels each pixel of a magnified row lies, and how far from the first. */
function samples(length: number, kept: number) {
  return Array.from({ length }, (_, i) => {
    const place = Math.min(length - 1, Math.max(0, i + zoomFlow(i, length, kept)));
    const low = Math.floor(place);
    return { low, high: Math.min(length - 1, low + 1), part: place - low };
  });
}

/** From a pixel to where it was before the zoom, in pixels. */
function zoomFlow(index: number, length: number, kept: number): number {
  return (index + 0.5 - length / 2) * (kept - 1);
}

/** Carries the dream of each pass to the next. */
export class Growth {
  readonly blender: Blender;
  readonly #engine: Engine;
  readonly #flow: Float32Array;
  /** Mean length of the flow, as a share of the picture's width. */
  readonly #length: number;
  readonly #size: Size;

  private constructor(engine: Engine, blender: Blender, size: Size, kept: Kept) {
    this.blender = blender;
    this.#engine = engine;
    this.#size = size;
    const { width, height } = size, plane = width * height;
    this.#flow = Float32Array.from(
      { length: 2 * plane },
      (_, i) =>
        i < plane
          ? zoomFlow(i % width, width, kept.x)
          : zoomFlow(Math.floor((i - plane) / width), height, kept.y),
    );
    let length = 0;
    for (let i = 0; i < plane; i++) length += Math.hypot(this.#flow[i]!, this.#flow[i + plane]!);
    this.#length = length / plane / width;
  }

  /** Prepares for pictures of the working size. */
  static async create(engine: Engine, carry: Carry, working: Size, kept: Kept): Promise<Growth> {
    return new Growth(engine, await Blender.create(engine, carry, working), working, kept);
  }

  /** The stage in place of flow and occlusion: all frames but the first move by the zoom, and nothing is hidden. */
  async *zooming<F extends { index: number }>(
    frames: AsyncIterable<F>,
  ): AsyncGenerator<F & { motion?: Motion }> {
    for await (const frame of frames) {
      yield frame.index === 0 ? frame : { ...frame, motion: await this.#motion() };
    }
  }

  async #motion(): Promise<Motion> {
    const { width, height } = this.#size, plane = width * height;
    const value = (channels: number, data: Float32Array) =>
      this.#engine.put({ type: "float32", dims: [1, channels, height, width], data });
    return {
      flow: await value(2, this.#flow.slice()),
      mask: await value(1, new Float32Array(plane).fill(1)),
      visible: 1,
      motion: this.#length,
    };
  }
}
