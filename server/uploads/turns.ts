import { deadline } from "../../pipeline/deadline.ts";

/** Runs a bounded number of tasks at a time; the others wait for their turns, in order. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<PromiseWithResolvers<void>>();

  /** @param most the largest number of tasks at a time */
  constructor(most: number) {
    this.#free = most;
  }

  /** Runs a task when its turn comes. Rejects with the signal's reason if it is aborted before that. */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#take(signal);
    try {
      return await task();
    } finally {
      this.#pass();
    }
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) return void this.#free--;
    const turn = Promise.withResolvers<void>();
    this.#waiting.add(turn);
    try {
      await deadline(turn.promise, { signal });
    } catch (error) {
      // A turn that came in the same moment goes to the next one.
      if (!this.#waiting.delete(turn)) this.#pass();
      throw error;
    }
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (!next) return void this.#free++;
    this.#waiting.delete(next);
    next.resolve();
  }
}
