/** A queue of frame time stamps, in the order in which ffmpeg's showinfo filter reports them. */
export class FrameTimes {
  #times: (number | undefined)[] = [];
  #waiting: (() => void) | undefined;
  #closed = false;

  /**
   * Takes a line of standard error. Returns whether it held a time stamp (in microseconds, see
   * `decode_filters.ts`).
   */
  readLine(line: string): boolean {
    const told = /\] n: *\d+ pts: *(-?\d+|NOPTS)/.exec(line);
    if (!told) return false;
    this.#times.push(told[1] === "NOPTS" ? undefined : Number(told[1]) / 1e6);
    this.#wake();
    return true;
  }

  /** Ends the queue: no more lines will come. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * The next time stamp in seconds; undefined for a frame without one, or at the end. One caller at a time.
   */
  async next(): Promise<number | undefined> {
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
