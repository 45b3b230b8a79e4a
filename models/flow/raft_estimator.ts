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
  /** Runs the graphs; it must outlive the estimator. */
  engine: Engine;
  weights: RaftWeights;
  /** Size of all pictures, in pixels. */
  size: Size;
  /** How often flow is updated at most; 12 by default, as in the paper. */
  updates?: number;
  /**
   * Length of an update in pixels (root mean square) below which no more follow, looked at from the second one on; 0
   * always takes all. By default 0.6 on the CPU, 0.1 without `polish`, and 0 elsewhere: there every update would send
   * the correlations to the device again.
   */
  stopBelow?: number;
  /**
   * Whether DIS makes the flow more exact (dis/polish.ts), on threads of its own and while the next pair begins; true by
   * default.
   */
  polish?: boolean;
  /** Whether a pair that follows on another starts from its flow; true by default. */
  warmStart?: boolean;
}

/** How the flow of a pair came about. */
export interface PairReport {
  /** Updates that were taken, all tries together. */
  updates: number;
  /** Whether the flow of the pair before was the start. */
  warm: boolean;
  /** Share of the picture, 0 to 1, where both directions agree, the lower one of the two. */
  consistent: number;
  /** Whether so little agrees that the two pictures must be of different scenes. */
  cut: boolean;
}

/** Default of `stopBelow`, with and without `polish`: the error is then within 8 % of that of all updates. */
const shortUpdate = { polished: 0.6, plain: 0.1 };

/** Pictures of two scenes agree in hardly anything, neighbours in a video nearly everywhere. */
const leastConsistent = 0.2;

/** What the last pair leaves to the one that follows on it. */
interface Kept {
  /** The current picture's own array, by which it is known again. */
  pixels: Float32Array;
  encoded: EncodedPicture;
  /** Absent after a cut. */
  coarse?: CoarsePair;
}

/** Flow and how it came about. */
interface Attempt {
  refined: Refined;
  report: PairReport;
}

/**
 * Optical flow by RAFT, for video: the picture that two pairs share is encoded once, both directions come from one
 * product of features and in one batch, flow starts from the pair before, and what RAFT has found on its grid of 8x8
 * pixels is polished at full size. A picture is known again by its `pixels`, which must not be written to between two
 * pairs. Where both directions hardly agree, the pair is tried again from no motion; if they still do not, the scene has
 * changed and the next pair starts afresh. A picture that is shown again has not moved, and costs nothing.
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
  /** One for each direction, where flow is polished. */
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
   * @throws {RangeError} when `updates` is no whole number from 1 or `stopBelow` is negative.
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

  /** How the flow of the last pair came about; undefined before the first. */
  get report(): PairReport | undefined {
    return this.#report;
  }

  /** Pairs are computed one after another, in the order in which they are asked for. */
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

  /** Forgets the pair before: the next one starts afresh, as after a jump to another place of the video. */
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

  /** No motion at all; what is kept of the previous picture goes for the current one. */
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

  /** The flow of a pair, from where the pair before leads; from no motion where that leads nowhere. */
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

/** Whether a picture is shown again, as in videos with fewer drawn frames than shown ones; one level of 255 is nothing. */
function isRepeated(previous: Picture, current: Picture): boolean {
  return previous.pixels.every((value, i) => Math.abs(value - current.pixels[i]!) < 1 / 255);
}
