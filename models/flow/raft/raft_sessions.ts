import type { Engine, HostTensor, Session, Value } from "../../engine/engine.ts";
import { gridOf, type Size } from "../../networks/raft/padding.ts";
import {
  beginGraph,
  encodedNames,
  encodeGraph,
  pairGraph,
  updateGraph,
  upsampleGraph,
} from "../../networks/raft/video_graphs.ts";
import type { RaftWeights } from "../../networks/raft/weights.ts";
import type { FlowField, FlowPair, Picture } from "../flow.ts";
import type { CoarsePair, CoarseState } from "./coarse_flow.ts";
import { type Start, startAtRest } from "./warm_start.ts";

/** Options of {@link RaftSessions.create}. */
export interface RaftSettings {
  engine: Engine;
  weights: RaftWeights;
  /** Size of the pictures. */
  size: Size;
  /** Maximum number of flow updates. */
  updates: number;
  /** No more updates follow one shorter than this, in pixels (root mean square). 0 always runs all updates. */
  stopBelow: number;
}

/** An encoded picture; its tensors stay with the engine. */
export type EncodedPicture = Record<typeof encodedNames[number], Value>;

/** The start of both directions of a pair. */
export interface PairStart {
  forward: Start;
  backward: Start;
}

/** The flow of a pair: at full size, and on RAFT's grid for the next pair. */
export interface Refined {
  pair: FlowPair;
  coarse: CoarsePair;
  /** Number of updates. */
  updates: number;
}

/** Updates before the first check whether to stop: hardly any pair needs fewer, and a single run is faster. */
const firstUpdates = 2;

/** Computes the flow of a pair from the inputs of {@link beginGraph}. */
type Refine = (feeds: Feeds, signal?: AbortSignal) => Promise<RawFlow>;

type Feeds = Record<string, Value | HostTensor>;

interface RawFlow {
  forward: Value;
  backward: Value;
  flow: HostTensor;
  hidden: HostTensor;
  updates: number;
}

/**
 * RAFT's graphs for pictures of one size. With early stopping, each update after the first ones is a separate run, and
 * the pyramids stay with the engine in between. Without it, a single graph does everything.
 */
export class RaftSessions {
  readonly size: Size;
  readonly #encoder: Session;
  readonly #refine: Refine;
  readonly #sessions: Session[];
  readonly #rest: Start;

  private constructor({ size, weights }: RaftSettings, sessions: Session[], refine: Refine) {
    this.size = size;
    const { rows, columns } = gridOf(size);
    this.#rest = startAtRest(rows, columns, weights.architecture.hidden);
    this.#encoder = sessions[0]!;
    this.#refine = refine;
    this.#sessions = sessions;
  }

  /** Builds and loads the graphs. */
  static async create(settings: RaftSettings): Promise<RaftSessions> {
    const { engine, weights, size, updates, stopBelow } = settings;
    const encode = await engine.load(encodeGraph(weights, size));
    if (stopBelow === 0) {
      const pair = await engine.load(pairGraph(weights, size, updates));
      return new RaftSessions(settings, [encode, pair], atOnce(pair, updates));
    }
    const first = Math.min(firstUpdates, updates);
    const begin = await engine.load(beginGraph(weights, size, first));
    const update = await engine.load(updateGraph(weights, size, 1));
    const upsample = await engine.load(upsampleGraph(weights, size));
    const refine = stepByStep({ begin, update, upsample }, { first, most: updates, stopBelow });
    return new RaftSessions(settings, [encode, begin, update, upsample], refine);
  }

  /** Features and context of a picture. The caller releases them. */
  async encode({ pixels }: Picture): Promise<EncodedPicture> {
    const dims = [1, 3, this.size.height, this.size.width];
    return await this.#encoder.run<keyof EncodedPicture>({
      picture: { type: "float32", dims, data: pixels },
    });
  }

  /** The flow between two pictures in both directions, starting from `start` or from no motion. */
  async refine(
    previous: EncodedPicture,
    current: EncodedPicture,
    start?: PairStart,
    signal?: AbortSignal,
  ): Promise<Refined> {
    const feeds: Feeds = this.#stacked(start ?? { forward: this.#rest, backward: this.#rest });
    for (const name of encodedNames) {
      feeds[`previous_${name}`] = previous[name];
      feeds[`current_${name}`] = current[name];
    }
    const { forward, backward, flow, hidden, updates } = await this.#refine(feeds, signal);
    const pair = { forward: await this.#field(forward), backward: await this.#field(backward) };
    const [forwardState, backwardState] = [this.#part(0, flow, hidden), this.#part(1, flow, hidden)];
    return { pair, coarse: { forward: forwardState, backward: backwardState }, updates };
  }

  /** Frees the sessions. Runs that were already requested finish. */
  close(): void {
    for (const session of this.#sessions) session.release().catch(() => {});
  }

  #stacked({ forward, backward }: PairStart) {
    const { rows, columns } = gridOf(this.size);
    const stack = (a: Float32Array, b: Float32Array): HostTensor => {
      const data = new Float32Array(2 * a.length);
      data.set(a);
      data.set(b, a.length);
      return { type: "float32", dims: [2, a.length / (rows * columns), rows, columns], data };
    };
    return {
      flow: stack(forward.flow.data, backward.flow.data),
      carried: stack(forward.hidden, backward.hidden),
      trust: stack(forward.trust, backward.trust),
    };
  }

  #part(direction: 0 | 1, flow: HostTensor, hidden: HostTensor): CoarseState {
    const half = ({ data }: HostTensor) => {
      const size = data.length / 2;
      return (data as Float32Array).slice(direction * size, (direction + 1) * size);
    };
    return { flow: { ...gridOf(this.size), data: half(flow) }, hidden: half(hidden) };
  }

  async #field(value: Value): Promise<FlowField> {
    return { ...this.size, data: (await value.take()).data as Float32Array };
  }
}

/** Releases the tensors of an encoded picture. */
export function releaseEncoded(encoded: EncodedPicture): void {
  for (const name of encodedNames) encoded[name].release();
}

function atOnce(pair: Session, updates: number): Refine {
  return async (feeds) => {
    const { forward, backward, next_flow, next_hidden } = await pair.run(feeds);
    const [flow, hidden] = [await next_flow!.take(), await next_hidden!.take()];
    return { forward: forward!, backward: backward!, flow, hidden, updates };
  };
}

function stepByStep(
  { begin, update, upsample }: Record<"begin" | "update" | "upsample", Session>,
  { first, most, stopBelow }: { first: number; most: number; stopBelow: number },
): Refine {
  return async (feeds, signal) => {
    using made = new DisposableStack();
    const run = async (session: Session, feeds: Feeds) => {
      const results = await session.run(feeds);
      for (const value of Object.values(results)) made.use(value);
      return results;
    };
    const { context, next_hidden, next_flow, change, ...pyramids } = await run(begin, feeds);
    let state = { hidden: next_hidden!, flow: next_flow! };
    let length = await numberIn(change!);
    let updates = first;
    while (updates < most && length >= stopBelow) {
      signal?.throwIfAborted();
      const next = await run(update, { ...pyramids, context: context!, ...state });
      // The previous state is no longer needed.
      for (const value of Object.values(state)) value.release();
      state = { hidden: next.next_hidden!, flow: next.next_flow! };
      length = await numberIn(next.change!);
      updates++;
    }
    const { forward, backward } = await upsample.run(state);
    const [flow, hidden] = [await state.flow.take(), await state.hidden.take()];
    return { forward: forward!, backward: backward!, flow, hidden, updates };
  };
}

async function numberIn(value: Value): Promise<number> {
  return Number((await value.take()).data[0]);
}
