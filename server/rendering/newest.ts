/**
 * A one-item queue between a fast producer and a slow consumer. A newer item replaces one that still waits,
 * so neither side waits for the other and nothing piles up.
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

  /** Offers an item; returns whether it replaced another. Does nothing once the queue is closed. */
  offer(item: T): boolean {
    if (this.#closed) return false;
    const dropped = this.#waiting !== undefined;
    this.#waiting = { item };
    this.#wake?.resolve();
    return dropped;
  }

  /** Ends the consumer's loop after the waiting item. */
  close(): void {
    this.#closed = true;
    this.#wake?.resolve();
  }

  /** Yields the items; for a single consumer. */
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
