/** Chooses the optical flow estimator for a video. */
import { availableMemory } from "../available_memory.ts";
import type { Engine } from "../engine/engine.ts";
import { invalidParameter, ReverieError } from "../errors.ts";
import { type Line, line } from "../line.ts";
import { gridOf } from "../networks/raft/padding.ts";
import type { RaftWeights } from "../networks/raft/weights.ts";
import { DisEstimator } from "./dis_estimator.ts";
import type { FlowEstimator } from "./flow.ts";
import { RaftEstimator } from "./raft_estimator.ts";
import { reasonOf } from "../system_error.ts";
import { locateRaftWeights, readRaftWeights } from "./raft_weights.ts";
import { type FlowCosts, rememberedCosts } from "./remembered_costs.ts";
import { pairSeconds } from "./trial.ts";

/** The settings that decide on an estimator. */
export interface FlowRequest {
  /** `auto` chooses RAFT if its weights are here and it is cheap compared with the rest of the frame. */
  flow: "auto" | "raft" | "dis";
  /** Name or file of RAFT's weights. Default: the first in the catalog that are here. */
  model?: string | undefined;
  /** Largest number of RAFT's updates. */
  updates: number;
  /** The engine that runs RAFT; it must outlive the estimator. */
  engine: Engine;
  /** Size of the pictures in pixels. */
  size: { width: number; height: number };
  /** The setting that the error names if the pictures are too large for RAFT. Default: `flowSize`. */
  sizeField?: string;
  /** Memory that RAFT may use, in bytes. Default: {@link roomForRaft}. */
  room?: number | undefined;
  /** Measures the cost of the rest of a frame, in seconds. Called only if it matters and is not known yet. */
  frameSeconds: (signal?: AbortSignal) => Promise<number>;
  /** Everything that the cost depends on, so that it is measured only once on this machine. */
  frameKey: unknown;
  /** Stops the measurement. */
  signal?: AbortSignal | undefined;
}

/** The part of a request that RAFT needs. */
export type RaftRequest = Pick<FlowRequest, "model" | "updates" | "engine" | "size" | "sizeField" | "room">;

/** The part of a request that is known before an engine is started. */
export type FlowPlan = Pick<FlowRequest, "flow" | "model" | "size" | "sizeField" | "room">;

/** The choice. */
export interface ChosenFlow {
  /** Must be closed before the engine. */
  estimator: FlowEstimator;
  /** The reason if `auto` had a choice: a few words in brackets after the estimator's name. */
  reason?: Line;
}

/** Share of a frame's cost that RAFT may have under `auto`. */
const fairShare = 1 / 5;
/** Memory that RAFT may use, in bytes: if it is requested, and under `auto`. */
const mostMemory = { raft: 32e9, auto: 2e9 };
/** Share of the available memory that RAFT may use; the dream needs some, too. */
const memoryShare = 3 / 4;
/**
 * RAFT's memory: a multiple of the size of its correlations, since onnxruntime also holds their inputs and the lookup,
 * plus a number of bytes per pixel for the features. Both come from the peak resident memory over several pairs with
 * raft-small on the CPU, from 256x192 (0.15 GB) to 1024x768 (9.4 GB). The estimate exceeds the peak by 2 to 15 %.
 */
const memory = { correlations: 4.7, pixel: 2500 };

/**
 * The file of RAFT's weights for these settings; undefined if DIS is requested or is the only choice.
 *
 * @throws {ReverieError} if the requested weights are not here.
 */
export async function flowWeights(
  { flow, model }: Pick<FlowRequest, "flow" | "model">,
): Promise<string | undefined> {
  if (flow === "dis") return undefined;
  const path = await locateRaftWeights(model);
  if (path !== undefined || (flow === "auto" && model === undefined)) return path;
  throw invalidParameter(
    model === undefined ? "flow" : "flowModel",
    `the weights of ${model ?? "RAFT"} are not here`,
    {
      advice: [
        [{ remedy: "fetch", network: model ?? "raft-small" }],
        [{ remedy: "nameFile", field: "flowModel" }],
      ],
    },
  );
}

/**
 * Chooses and creates the estimator for a video.
 *
 * @throws {ReverieError} as {@link namedFlow} does.
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function chooseFlow(request: FlowRequest): Promise<ChosenFlow> {
  if (request.flow !== "auto") return { estimator: await namedFlow({ ...request, flow: request.flow }) };
  const path = await flowWeights(request);
  return path === undefined ? { estimator: new DisEstimator() } : await automatic(request, path);
}

/**
 * Creates the estimator of that name.
 *
 * @throws {ReverieError} if the weights are not here or not usable, or if the pictures are too large for RAFT.
 */
export async function namedFlow(
  { flow, ...request }: { flow: "raft" | "dis" } & RaftRequest,
): Promise<FlowEstimator> {
  const path = await flowWeights({ flow, model: request.model });
  if (path === undefined) return new DisEstimator();
  requireRoom(request);
  return await openRaft(request, path);
}

/**
 * Checks, without an engine, whether {@link chooseFlow} would fail for these settings.
 *
 * @throws {ReverieError} if the weights are not here or not usable, or if the pictures are too large for RAFT.
 */
export async function checkFlow(plan: FlowPlan): Promise<void> {
  const { flow, model } = plan;
  const path = await flowWeights({ flow, model });
  if (path === undefined) return;
  if (flow === "raft") requireRoom(plan);
  if (flow === "raft" || model !== undefined) await readWeights(path);
}

/**
 * Memory that RAFT may use now, in bytes: a share of the available memory of this machine. `limit` is the memory that
 * the rendering may take, in bytes.
 */
export function roomForRaft(limit = Infinity): number {
  return mostForRaft(Math.min(availableMemory(), limit));
}

/** Memory that RAFT may use in a rendering that may take `limit` bytes, in bytes, regardless of what is available now. */
export function mostForRaft(limit: number): number {
  return Math.min(mostMemory.raft, memoryShare * limit);
}

/** Estimate of the memory that RAFT needs for pictures of this size, in bytes. */
export function raftBytes(size: { width: number; height: number }): number {
  return memory.correlations * correlationBytes(size) + memory.pixel * size.width * size.height;
}

/** Size of the correlations of all pairs of cells in both directions, on all levels of the pyramid, in bytes. */
function correlationBytes(size: { width: number; height: number }): number {
  const { rows, columns } = gridOf(size);
  return 2 * 4 / 3 * (rows * columns) ** 2 * Float32Array.BYTES_PER_ELEMENT;
}

function requireRoom({ size, sizeField = "flowSize", room = roomForRaft() }: Omit<FlowPlan, "flow">): void {
  const needed = raftBytes(size);
  if (needed <= room) return;
  const told = `RAFT needs ${Math.ceil(needed / 1e8) / 10} GB of memory at ${size.width}x${size.height}`;
  const may = `${Math.max(0, Math.floor(room / 1e8) / 10)} GB`;
  throw invalidParameter(sizeField, `${told} and may take ${may} here`, {
    advice: [line`lower ${{ field: sizeField }}`],
  });
}

async function openRaft({ engine, size, updates }: RaftRequest, path: string): Promise<RaftEstimator> {
  return await RaftEstimator.create({ engine, weights: await readWeights(path), size, updates });
}

async function readWeights(path: string): Promise<RaftWeights> {
  try {
    return await readRaftWeights(path);
  } catch (cause) {
    if (!(cause instanceof ReverieError)) throw cause;
    throw cause.within("the weights of RAFT are not usable: ", "flowModel");
  }
}

/** Chooses RAFT if it is cheap. If RAFT cannot run, chooses DIS, unless the user named the weights. */
async function automatic(request: FlowRequest, path: string): Promise<ChosenFlow> {
  const { engine, size, model, room = roomForRaft(), signal } = request;
  const dis = (reason: Line): ChosenFlow => ({ estimator: new DisEstimator(), reason });
  if (raftBytes(size) > Math.min(mostMemory.auto, room)) return dis("RAFT is for smaller flow sizes");
  let raft: RaftEstimator | undefined;
  try {
    raft = await openRaft(request, path);
    const { pair, frame } = await costs(request, path, raft);
    raft.reset();
    if (engine.provider !== "cpu") return { estimator: raft, reason: `on ${engine.provider}` };
    const seconds = (value: number) => `${Number(value.toPrecision(2))} s`;
    const rest = `the rest of a frame ${seconds(frame)}`;
    if (pair !== null && pair <= frame * fairShare) {
      return { estimator: raft, reason: `${seconds(pair)} a pair, ${rest}` };
    }
    raft.close();
    const took = pair === null ? `over ${seconds(frame * fairShare)}` : seconds(pair);
    return dis(`${raft.name} takes ${took} a pair, ${rest}`);
  } catch (error) {
    raft?.close();
    signal?.throwIfAborted();
    if (model !== undefined) throw error;
    return dis(error instanceof ReverieError ? error.reason : `RAFT does not run here: ${reasonOf(error)}`);
  }
}

/** Measures the costs; on a GPU, only whether RAFT can compute a pair at all. */
async function costs(request: FlowRequest, path: string, raft: RaftEstimator): Promise<FlowCosts> {
  const { engine, size, updates, frameSeconds, frameKey, signal } = request;
  if (engine.provider !== "cpu") return { pair: await pairSeconds(raft, size, { signal }), frame: 0 };
  const { size: bytes, mtime } = await Deno.stat(path);
  const key = [path, bytes, mtime, size, updates, navigator.hardwareConcurrency, frameKey];
  return await rememberedCosts(key, async () => {
    const frame = await frameSeconds(signal);
    const pair = await pairSeconds(raft, size, { limit: frame * fairShare, signal });
    return { pair: Number.isFinite(pair) ? pair : null, frame };
  });
}
