// @ts-check

/** Length of the averaging window, in milliseconds. */
const span = 3000;

/** Averages the delay and counts the frames of the last few seconds. */
export class Meter {
  /** @type {{ at: number, delay: number }[]} */
  #frames = [];

  /**
   * @param {number} delay milliseconds
   * @param {number} [now]
   */
  add(delay, now = performance.now()) {
    this.#frames.push({ at: now, delay });
    this.#frames = this.#frames.filter(({ at }) => now - at <= span);
  }

  /** Mean delay in milliseconds; undefined before the first frame. */
  get delay() {
    const { length } = this.#frames;
    return length === 0 ? undefined : this.#frames.reduce((sum, frame) => sum + frame.delay, 0) / length;
  }

  /** Frames per second; undefined before there are two. */
  get fps() {
    const first = this.#frames[0];
    const last = this.#frames.at(-1);
    if (!first || !last || first === last || last.at === first.at) return undefined;
    return (this.#frames.length - 1) * 1000 / (last.at - first.at);
  }

  clear() {
    this.#frames = [];
  }
}
