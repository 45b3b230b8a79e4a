/** What the renderings of one Worker take of the memory that they share. */
export class MemoryShares {
  readonly #taken = new Map<object, number>();

  /**
   * Returns what a task may take of `limit` bytes, beside the other tasks; undefined if there is no limit.
   */
  room(task: object, limit: number | undefined): number | undefined {
    if (limit === undefined) return undefined;
    const others = [...this.#taken].filter(([other]) => other !== task).map(([, bytes]) => bytes);
    return limit - others.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Notes what a task takes, in bytes. */
  take(task: object, bytes: number): void {
    this.#taken.set(task, bytes);
  }

  /** Forgets a task that has ended. */
  end(task: object): void {
    this.#taken.delete(task);
  }
}
