/**
 * A place for one item between a quick giver and a slow taker: an item that still waits is dropped for a newer one,
 * so that neither waits for the other and nothing piles up.
 *
 * ```ts ignore
 * const pictures = new Newest<Picture>();
 * pictures.offer(picture);
 * for await (const picture of pictures) await show(picture); // until close()
 * ```
 */
export class Newest<T> {
  #waiting: { item: T } | undefined;
  #wake: PromiseWithResolvers<void> | undefined;
  #closed = false;

  /** Hands over an item; whether another one was dropped for it. Nothing happens once the place is closed. */
  offer(item: T): boolean {
    if (this.#closed) return false;
    const dropped = this.#waiting !== undefined;
    this.#waiting = { item };
    this.#wake?.resolve();
    return dropped;
  }

  /** Ends the taker's loop, after the item that waits. */
  close(): void {
    this.#closed = true;
    this.#wake?.resolve();
  }

  /** The items as they are taken; for one taker. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) yield waiting.item;
      else if (this.#closed) return;
      else {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      }
    }
  }
}
