/** What ffmpeg tells about a frame of picture or sound. */
export interface FrameTime {
  /** Presentation time; absent if the frame has none. */
  seconds?: number;
  /** Samples of each channel, for sound. */
  samples: number;
}

/** A queue of time stamps, in the order in which ffmpeg's filters showinfo and ashowinfo report them. */
export class FrameTimes {
  #times: FrameTime[] = [];
  #waiting: (() => void) | undefined;
  #closed = false;

  /**
   * Takes a line of standard error. Returns whether it held a time stamp (in microseconds, see
   * `decode_filters.ts`).
   */
  readLine(line: string): boolean {
    const told = /\] n: *\d+ pts: *(-?\d+|NOPTS)(?:.* nb_samples:(\d+))?/.exec(line);
    if (!told) return false;
    const [, time, samples] = told;
    this.#times.push({
      ...(time !== "NOPTS" && { seconds: Number(time) / 1e6 }),
      samples: Number(samples ?? 0),
    });
    this.#wake();
    return true;
  }

  /** Ends the queue: no more lines will come. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * The next frame's time stamp; undefined at the end. One caller at a time.
   */
  async next(): Promise<FrameTime | undefined> {
    while (this.#times.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    return this.#times.shift();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
