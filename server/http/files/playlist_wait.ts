import { deadline, isTimeout } from "../../../models/deadline.ts";
import { ReverieError } from "../../../pipeline/errors.ts";

/** How often it is looked whether a playlist is there, in milliseconds. */
const pause = 100;

/** For how long a request for one is held, in milliseconds. */
const patience = 60_000;

/** Until when to wait, and for what. */
export interface WaitOptions {
  /** Asked again and again; true ends the wait. */
  ready: () => boolean | Promise<boolean>;
  /** Ends it with an error: the client has gone, or the server closes. */
  signals: readonly AbortSignal[];
  /** Milliseconds; a minute by default. */
  patience?: number;
}

interface Wait {
  waiting: number;
  done: Promise<void>;
}

/** Holds requests for playlists that are about to be written; all that wait for the same one share one look at it. */
export class PlaylistWaits {
  readonly #waits = new Map<string, Wait>();

  /** Resolves once `ready` says so. Throws a busy ReverieError where that takes too long. */
  async until(key: string, options: WaitOptions): Promise<void> {
    if (await options.ready()) return;
    const wait = this.#waits.get(key) ?? this.#start(key, options.ready);
    const signal = AbortSignal.any([...options.signals]);
    wait.waiting++;
    try {
      await deadline(wait.done, { timeoutMs: options.patience ?? patience, signal });
    } catch (error) {
      throw signal.aborted || isTimeout(error) ? tooEarly() : error;
    } finally {
      wait.waiting--;
    }
  }

  #start(key: string, ready: WaitOptions["ready"]): Wait {
    const wait: Wait = { waiting: 0, done: Promise.resolve() };
    this.#waits.set(key, wait);
    wait.done = this.#look(key, wait, ready);
    // Whoever waits hears of an error; without anybody it is nobody's.
    wait.done.catch(() => {});
    return wait;
  }

  async #look(key: string, wait: Wait, ready: WaitOptions["ready"]): Promise<void> {
    try {
      do {
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (await ready()) return;
      } while (wait.waiting > 0);
    } finally {
      this.#waits.delete(key);
    }
  }
}

function tooEarly(): ReverieError {
  return new ReverieError("busy", "the first second is not dreamed yet: ask again", { retryAfter: 5 });
}
