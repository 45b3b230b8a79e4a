/** Which estimator of optical flow a video gets. */
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

/** What is asked for, and for what. */
export interface FlowRequest {
  /** `auto` takes RAFT where its weights are here and it costs little against the rest of the frame. */
  flow: "auto" | "raft" | "dis";
  /** Name or file of RAFT's weights; the first that are here by default. */
  model?: string | undefined;
  /** Largest number of RAFT's updates. */
  updates: number;
  /** Runs RAFT; it must outlive the estimator. */
  engine: Engine;
  /** Size of the pictures. */
  size: { width: number; height: number };
  /** The setting that makes it smaller, to be told where it is too large for RAFT; `flowSize` by default. */
  sizeField?: string;
  /** Memory that RAFT may take, in bytes; {@link roomForRaft} by default. */
  room?: number | undefined;
  /** What the rest of a frame costs, in seconds; only asked where it matters and is not known. */
  frameSeconds: (signal?: AbortSignal) => Promise<number>;
  /** What that depends on, so that it need be measured but once on this machine. */
  frameKey: unknown;
  /** Ends what is tried. */
  signal?: AbortSignal | undefined;
}

/** What RAFT needs to know of it. */
export type RaftRequest = Pick<FlowRequest, "model" | "updates" | "engine" | "size" | "sizeField" | "room">;

/** What can be told of a request before there is an engine. */
export type FlowPlan = Pick<FlowRequest, "flow" | "model" | "size" | "sizeField" | "room">;

/** The choice. */
export interface ChosenFlow {
  /** To be closed before the engine is. */
  estimator: FlowEstimator;
  /** Why, where `auto` had a choice: a few words to go in brackets after the estimator's name. */
  reason?: Line;
}

/** The share of a frame's cost that RAFT may have where it is not asked for. */
const fairShare = 1 / 5;
/** Memory that RAFT may take, in bytes: where it is asked for, and where it is not. */
const mostMemory = { raft: 32e9, auto: 2e9 };
/** The share of the memory there is that RAFT may take; the dream needs some, too. */
const memoryShare = 3 / 4;
/**
 * What RAFT takes, in bytes: so many times its correlations, since onnxruntime holds them next to what they are made
 * of and looked up in, and so much a pixel for the features. Both are of the peak of resident memory over several
 * pairs with raft-small on the processor, from 256x192 (0.15 GB) to 1024x768 (9.4 GB), which they exceed by 2 to 15 %.
 */
const memory = { correlations: 4.7, pixel: 2500 };

/**
 * The file of RAFT's weights for these settings, or undefined where DIS is asked for or nothing else can be had. Throws
 * a ReverieError for weights that are asked for and are not here.
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

/** The estimator for a video. Throws what {@link namedFlow} throws, and the signal's reason when it was aborted. */
export async function chooseFlow(request: FlowRequest): Promise<ChosenFlow> {
  if (request.flow !== "auto") return { estimator: await namedFlow({ ...request, flow: request.flow }) };
  const path = await flowWeights(request);
  return path === undefined ? { estimator: new DisEstimator() } : await automatic(request, path);
}

/**
 * The estimator of that name. Throws a ReverieError for weights that are not here or not usable, and for pictures that are
 * too large for RAFT.
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
 * Throws what {@link chooseFlow} would throw for these settings as far as it can be told without an engine: a ReverieError
 * for weights that are not here or not usable, and for pictures that are too large for RAFT.
 */
export async function checkFlow(plan: FlowPlan): Promise<void> {
  const { flow, model } = plan;
  const path = await flowWeights({ flow, model });
  if (path === undefined) return;
  if (flow === "raft") requireRoom(plan);
  if (flow === "raft" || model !== undefined) await readWeights(path);
}

/**
 * Memory that RAFT may take now, in bytes: a share of what this machine has left. `limit` is the resident memory that
 * this process may have in all.
 */
export function roomForRaft(limit = Infinity): number {
  return mostForRaft(Math.min(availableMemory(), limit - Deno.memoryUsage().rss));
}

/** Memory that RAFT may take in a process that may have `limit` bytes in all, however much there is of it now. */
export function mostForRaft(limit: number): number {
  return Math.min(mostMemory.raft, memoryShare * limit);
}

/** Memory that RAFT takes for pictures of this size, in bytes, about. */
export function raftBytes(size: { width: number; height: number }): number {
  return memory.correlations * correlationBytes(size) + memory.pixel * size.width * size.height;
}

/** Size of the correlations of all pairs of cells, both ways, with the levels of the pyramid, in bytes. */
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

/** RAFT if it costs little; whatever keeps it from running is a reason for DIS, unless the weights were named. */
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

/** On a GPU, only whether a pair can be had at all. */
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
