// @ts-check
/// <reference lib="dom" />

/** Number of pictures kept, so that the source of the same frame can be shown beside them. */
const kept = 12;

/**
 * The newest dreamed pictures, still compressed.
 *
 * @typedef {{ index: number, blob: Blob }} FeedPicture
 */
export class LiveFeed {
  /** @type {FeedPicture[]} */
  #pictures = [];
  /** @type {Set<(picture: FeedPicture) => void>} */
  #listeners = new Set();

  /** @returns {FeedPicture | undefined} */
  get newest() {
    return this.#pictures.at(-1);
  }

  /** @param {number} index */
  find(index) {
    return this.#pictures.find((picture) => picture.index === index);
  }

  /** @param {FeedPicture} picture */
  add(picture) {
    this.#pictures.push(picture);
    if (this.#pictures.length > kept) this.#pictures.shift();
    for (const listener of this.#listeners) listener(picture);
  }

  /**
   * Calls the listener with the newest picture now and with each later one, until the returned function is
   * called.
   *
   * @param {(picture: FeedPicture) => void} listener
   */
  follow(listener) {
    this.#listeners.add(listener);
    if (this.newest) listener(this.newest);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Resolves when the newest picture is not that of the given frame, or when the signal is aborted.
   *
   * @param {number} index
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  other(index, signal) {
    return new Promise((resolve) => {
      const over = new AbortController();
      const finish = () => {
        over.abort();
        resolve();
      };
      if (signal.aborted) return finish();
      signal.addEventListener("abort", finish, { signal: over.signal });
      const leave = this.follow((picture) => picture.index !== index && finish());
      if (over.signal.aborted) leave();
      else over.signal.addEventListener("abort", leave);
    });
  }
}
