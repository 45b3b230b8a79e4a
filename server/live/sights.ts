/** Pictures of what the dream sees, made only while somebody watches. */
import { deadline, isTimeout } from "../../pipeline/deadline.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { RenderedPicture } from "../rendering/job.ts";

/**
 * Kinds of pictures: the source frame, the optical flow, the mask of what is visible in both frames, the
 * dreamed frame.
 */
export type Sight = "source" | "flow" | "mask" | "dream";

/** A picture of a frame. */
export interface Seen {
  /** The frame's index. */
  index: number;
  jpeg: Uint8Array<ArrayBuffer>;
}

/** Times in milliseconds; the defaults suit human viewers. */
export interface SightTimes {
  /** How long pictures are made after the last request; default 10 s. */
  lapse?: number;
  /** How long a request waits for the next frame; default 10 s. */
  wait?: number;
}

interface Waiter {
  what: Sight;
  resolve(seen: Seen): void;
  reject(error: unknown): void;
}

/** Maximum number of waiting requests for all dreams together. */
const mostWaiting = 200;

/** Returns a frame's picture of a kind, if it was made. */
export function sightOf(picture: RenderedPicture | undefined, what: Sight): Seen | undefined {
  const jpeg = what === "dream" ? picture?.dreamed : picture?.[what];
  return picture && jpeg && { index: picture.index, jpeg };
}

/** Tracks requests for pictures, and which dreams have to make them. */
export class Sights {
  readonly #lapse: number;
  readonly #wait: number;
  readonly #onWanted: (id: string, wanted: boolean) => void;
  readonly #wanted = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #waiters = new Map<string, Set<Waiter>>();

  constructor(onWanted: (id: string, wanted: boolean) => void, times: SightTimes = {}) {
    this.#onWanted = onWanted;
    this.#lapse = times.lapse ?? 10_000;
    this.#wait = times.wait ?? 10_000;
  }

  /** Requests a dream's pictures from now until a while after the last call. */
  want(id: string): void {
    const timer = this.#wanted.get(id);
    clearTimeout(timer);
    this.#wanted.set(id, setTimeout(() => this.#unwant(id), this.#lapse));
    if (timer === undefined) this.#onWanted(id, true);
  }

  /**
   * Returns the next frame's picture. Rejects with the signal's reason when the signal aborts.
   *
   * @throws {ReverieError} `conflict` if no picture comes in time or the dream ends, `too_many_requests` if
   * too many requests are waiting
   */
  next(id: string, what: Sight, signal?: AbortSignal): Promise<Seen> {
    signal?.throwIfAborted();
    if (this.#waiting >= mostWaiting) {
      throw new ReverieError("too_many_requests", "too many wait for pictures: try again soon", {
        retryAfter: 5,
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const waiter = { what, resolve, reject };
    const waiters = this.#waiters.getOrInsertComputed(id, () => new Set<Waiter>());
    waiters.add(waiter);
    const seen = deadline(promise, { timeoutMs: this.#wait, signal });
    return seen.catch((error) => {
      throw isTimeout(error) && !signal?.aborted ? missing(what) : error;
    }).finally(() => {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id);
    });
  }

  /** Resolves the requests for which this picture has what they wait for. */
  show(id: string, picture: RenderedPicture): void {
    for (const { what, resolve } of this.#waiters.get(id) ?? []) {
      const seen = sightOf(picture, what);
      if (seen) resolve(seen);
    }
  }

  /** Rejects a dream's waiting requests, since no more pictures will come. */
  end(id: string): void {
    clearTimeout(this.#wanted.get(id));
    this.#wanted.delete(id);
    for (const { what, reject } of this.#waiters.get(id) ?? []) reject(ended(what));
  }

  /** Ends all dreams. */
  close(): void {
    for (const id of new Set([...this.#wanted.keys(), ...this.#waiters.keys()])) this.end(id);
  }

  get #waiting(): number {
    return this.#waiters.values().reduce((sum, { size }) => sum + size, 0);
  }

  #unwant(id: string): void {
    this.#wanted.delete(id);
    this.#onWanted(id, false);
  }
}

/** Creates the error for a dream that has ended and whose picture was not made. */
export function ended(what: Sight): ReverieError {
  return new ReverieError("conflict", `the dream has ended, and its ${what} picture was not kept`);
}

function missing(what: Sight): ReverieError {
  const first = what === "source" || what === "dream" ? "" : "; the first frame of a scene has none";
  return new ReverieError(
    "conflict",
    `no ${what} picture yet: try again once the next frame is dreamed${first}`,
    {
      retryAfter: 5,
    },
  );
}
