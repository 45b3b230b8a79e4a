/**
 * Number of recent frames that the rate is averaged over: enough to be steady, few enough to follow a change.
 */
const window = 12;

/** The pace after a frame. */
export interface Pace {
  /** Time since the start, in seconds. */
  seconds: number;
  /** Frames per second over the last frames. */
  fps: number;
  /** Remaining time in seconds; undefined if the number of frames is unknown. */
  eta: number | undefined;
}

/** Measures the pace of a run. `now` is a clock in milliseconds. */
export class PaceKeeper {
  #start: number;
  readonly #total: number | undefined;
  readonly #now: () => number;
  #times: number[];
  #done = 0;

  /**
   * @param total expected number of frames, if known
   */
  constructor(total: number | undefined, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#now = now;
    this.#start = now();
    this.#times = [this.#start];
  }

  /** Counts a frame as done. */
  frame(): Pace {
    const now = this.#now();
    this.#done++;
    this.#times.push(now);
    // The first frame takes more steps than the others, so it leaves the window as soon as it can.
    if (this.#times.length > window + 1 || this.#done === 3) this.#times.shift();
    const frames = this.#times.length - 1;
    const elapsed = (now - this.#times[0]!) / 1000;
    const fps = elapsed > 0 ? frames / elapsed : 0;
    const left = this.#total === undefined ? undefined : Math.max(0, this.#total - this.#done);
    return {
      seconds: (now - this.#start) / 1000,
      fps,
      eta: left === undefined || fps === 0 ? undefined : left / fps,
    };
  }

  /** Excludes idle time, in milliseconds. */
  leaveOut(milliseconds: number): void {
    this.#start += milliseconds;
    this.#times = this.#times.map((time) => time + milliseconds);
  }

  /** Time since the start, in seconds. */
  get seconds(): number {
    return (this.#now() - this.#start) / 1000;
  }
}
