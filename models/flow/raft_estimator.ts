import { deadline } from "../deadline.ts";
import type { Engine } from "../engine/engine.ts";
import type { Size } from "../networks/raft/padding.ts";
import type { RaftWeights } from "../networks/raft/weights.ts";
import { toGrey } from "./dis/grey.ts";
import { DisThread } from "./dis_thread.ts";
import type { FlowEstimator, FlowField, FlowOptions, FlowPair, Picture } from "./flow.ts";
import type { CoarsePair } from "./raft/coarse_flow.ts";
import { consistentCells, share } from "./raft/consistency.ts";
import {
  type EncodedPicture,
  type PairStart,
  RaftSessions,
  type Refined,
  releaseEncoded,
} from "./raft/raft_sessions.ts";
import { startAfter } from "./raft/warm_start.ts";

/** Options of {@link RaftEstimator.create}. */
export interface RaftEstimatorOptions {
  /** The engine that runs the graphs; it must outlive the estimator. */
  engine: Engine;
  weights: RaftWeights;
  /** Size of all pictures, in pixels. */
  size: Size;
  /** Maximum number of flow updates. Default: 12, as in the paper. */
  updates?: number;
  /**
   * No more updates follow one shorter than this, in pixels (root mean square); checked from the second update on. 0
   * always runs all updates. Default: 0.6 on the CPU (0.1 without `polish`), and 0 on other devices, where every update
   * would send the correlations to the device again.
   */
  stopBelow?: number;
  /**
   * Whether DIS makes the flow more precise (dis/polish.ts), on its own threads, while the next pair begins. Default:
   * true.
   */
  polish?: boolean;
  /** Whether a pair starts from the flow of the previous pair. Default: true. */
  warmStart?: boolean;
}

/** How the flow of a pair was computed. */
export interface PairReport {
  /** Number of updates in all attempts together. */
  updates: number;
  /** Whether the pair started from the flow of the previous pair. */
  warm: boolean;
  /** Share of the picture, 0 to 1, on which both directions agree; the lower value of the two directions. */
  consistent: number;
  /** Whether the agreement is so low that the two pictures must show different scenes. */
  cut: boolean;
}

/** Default of `stopBelow`, with and without `polish`: the error stays within 8 % of that with all updates. */
const shortUpdate = { polished: 0.6, plain: 0.1 };

/** Below this share there is a cut: flow between two scenes hardly agrees anywhere, within a scene nearly everywhere. */
const leastConsistent = 0.2;

/** What the last pair leaves for the next one. */
interface Kept {
  /** The current picture's array, which identifies the picture. */
  pixels: Float32Array;
  encoded: EncodedPicture;
  /** Absent after a cut. */
  coarse?: CoarsePair;
}

/** The flow of one attempt and how it was computed. */
interface Attempt {
  refined: Refined;
  report: PairReport;
}

/**
 * Optical flow by RAFT, for video. The picture that two pairs share is encoded once, both directions come from one
 * product of features in one batch, flow starts from the previous pair, and RAFT's flow on its grid of 8x8-pixel cells
 * is polished at full size. A picture is identified by its `pixels` array, which must not be changed between two pairs.
 * If both directions hardly agree, the pair is computed again without a warm start; if they still do not agree, the
 * scene has changed and the next pair starts from no motion. A repeated picture has no motion and costs nothing.
 *
 * ```ts ignore
 * using estimator = await RaftEstimator.create({ engine, weights, size: { width: 256, height: 192 } });
 * const { backward } = await estimator.pair(previous, current);
 * ```
 */
export class RaftEstimator implements FlowEstimator {
  readonly name: string;
  readonly size: Size;
  readonly #sessions: RaftSessions;
  readonly #warmStart: boolean;
  /** One thread for each direction; empty without polishing. */
  readonly #polishers: DisThread[];
  readonly #closing = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #kept: Kept | undefined;
  #report: PairReport | undefined;

  private constructor(
    name: string,
    sessions: RaftSessions,
    { warmStart, polish }: { warmStart: boolean; polish: boolean },
  ) {
    this.name = name;
    this.size = sessions.size;
    this.#sessions = sessions;
    this.#warmStart = warmStart;
    this.#polishers = polish ? [new DisThread(), new DisThread()] : [];
  }

  /**
   * Builds and loads RAFT for pictures of one size.
   *
   * @throws {RangeError} if `updates` is not an integer of at least 1, or if `stopBelow` is negative.
   */
  static async create(options: RaftEstimatorOptions): Promise<RaftEstimator> {
    const { engine, weights, size, updates = 12, warmStart = true, polish = true } = options;
    const shortest = polish ? shortUpdate.polished : shortUpdate.plain;
    const { stopBelow = engine.provider === "cpu" ? shortest : 0 } = options;
    if (!Number.isInteger(updates) || updates < 1) {
      throw new RangeError(`updates must be a whole number from 1, not ${updates}`);
    }
    if (!(stopBelow >= 0)) throw new RangeError(`stopBelow must be 0 or more pixels, not ${stopBelow}`);
    const sessions = await RaftSessions.create({ engine, weights, size, updates, stopBelow });
    return new RaftEstimator(weights.architecture.variant, sessions, { warmStart, polish });
  }

  /** How the flow of the last pair was computed; undefined before the first pair. */
  get report(): PairReport | undefined {
    return this.#report;
  }

  /** Computes the flow of a pair. Pairs are computed one after another, in the order of the calls. */
  async pair(previous: Picture, current: Picture, { signal }: FlowOptions = {}): Promise<FlowPair> {
    const stop = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    stop.throwIfAborted();
    for (const picture of [previous, current]) this.#check(picture);
    const moves = !isRepeated(previous, current);
    const result = this.#queue.then(() =>
      moves ? this.#compute(previous, current, stop) : this.#stay(previous, current)
    );
    this.#queue = result.catch(() => {});
    const exact = moves ? result.then((flow) => this.#polished(previous, current, flow, stop)) : result;
    return await deadline(exact, { signal: stop });
  }

  /** Forgets the previous pair, so that the next one starts from no motion, as after a seek in the video. */
  reset(): void {
    this.#queue = this.#queue.then(() => this.#keep(undefined));
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error("the flow estimator has been closed"));
    this.reset();
    this.#sessions.close();
    for (const polisher of this.#polishers) polisher.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #compute(previous: Picture, current: Picture, stop: AbortSignal): Promise<FlowPair> {
    stop.throwIfAborted();
    const kept = this.#kept?.pixels === previous.pixels ? this.#kept : undefined;
    using made = new DisposableStack();
    const encode = async (picture: Picture) =>
      made.adopt(await this.#sessions.encode(picture), releaseEncoded);
    const before = kept?.encoded ?? await encode(previous);
    stop.throwIfAborted();
    const encoded = await this.#sessions.encode(current);
    try {
      stop.throwIfAborted();
      const { refined, report } = await this.#refine(before, encoded, kept?.coarse, stop);
      this.#report = report;
      this.#keep({ pixels: current.pixels, encoded, ...(!report.cut && { coarse: refined.coarse }) });
      return refined.pair;
    } catch (error) {
      releaseEncoded(encoded);
      throw error;
    }
  }

  /** The flow of a repeated picture: no motion. What is kept for the previous picture now belongs to the current one. */
  #stay(previous: Picture, current: Picture): FlowPair {
    if (this.#kept?.pixels === previous.pixels) this.#kept = { ...this.#kept, pixels: current.pixels };
    this.#report = { updates: 0, warm: false, consistent: 1, cut: false };
    const { width, height } = this.size;
    const none = (): FlowField => ({ width, height, data: new Float32Array(2 * width * height) });
    return { forward: none(), backward: none() };
  }

  async #polished(previous: Picture, current: Picture, flow: FlowPair, stop: AbortSignal): Promise<FlowPair> {
    const [ahead, back] = this.#polishers;
    if (!ahead || !back) return flow;
    const polished = (thread: DisThread, from: Picture, to: Picture, flow: FlowField) =>
      thread.run({ kind: "polish", from: toGrey(from), to: toGrey(to), flow }, stop);
    const [forward, backward] = await Promise.all([
      polished(ahead, previous, current, flow.forward),
      polished(back, current, previous, flow.backward),
    ]);
    return { forward, backward };
  }

  /** Computes the flow of a pair from a warm start, and again from no motion if that fails. */
  async #refine(
    previous: EncodedPicture,
    current: EncodedPicture,
    last: CoarsePair | undefined,
    stop: AbortSignal,
  ): Promise<Attempt> {
    const warm = this.#warmStart && last && await this.#attempt(previous, current, stop, startAfter(last));
    if (warm && !warm.report.cut) return warm;
    const { refined, report } = await this.#attempt(previous, current, stop);
    return { refined, report: { ...report, updates: report.updates + (warm ? warm.report.updates : 0) } };
  }

  async #attempt(
    previous: EncodedPicture,
    current: EncodedPicture,
    stop: AbortSignal,
    start?: PairStart,
  ): Promise<Attempt> {
    const refined = await this.#sessions.refine(previous, current, start, stop);
    const { forward, backward } = refined.coarse;
    const agreeing = [[forward, backward], [backward, forward]] as const;
    const consistent = Math.min(
      ...agreeing.map(([there, back]) => share(consistentCells(there.flow, back.flow))),
    );
    const cut = consistent < leastConsistent;
    return { refined, report: { updates: refined.updates, warm: start !== undefined, consistent, cut } };
  }

  #keep(kept: Kept | undefined): void {
    if (this.#kept) releaseEncoded(this.#kept.encoded);
    this.#kept = kept;
  }

  #check({ width, height, pixels }: Picture): void {
    if (width !== this.size.width || height !== this.size.height) {
      throw new RangeError(
        `the flow of pictures of ${this.size.width}x${this.size.height} is estimated, not of ${width}x${height}`,
      );
    }
    if (pixels.length !== 3 * width * height) {
      throw new RangeError(
        `a picture of ${width}x${height} has ${3 * width * height} values, not ${pixels.length}`,
      );
    }
  }
}

/**
 * Whether a picture is repeated, as in animation with fewer drawn than shown frames. Differences of less than one of
 * 255 levels do not count.
 */
function isRepeated(previous: Picture, current: Picture): boolean {
  return previous.pixels.every((value, i) => Math.abs(value - current.pixels[i]!) < 1 / 255);
}
