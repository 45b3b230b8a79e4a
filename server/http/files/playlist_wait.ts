import { deadline, isTimeout } from "../../../pipeline/deadline.ts";
import { ReverieError } from "../../../pipeline/errors.ts";

/** How often to check for a playlist, in milliseconds. */
const pause = 100;

/** How long a request for a playlist is held, in milliseconds. */
const patience = 60_000;

/** Options of {@link PlaylistWaits.until}. */
export interface WaitOptions {
  /** Called repeatedly; true ends the wait. */
  ready: () => boolean | Promise<boolean>;
  /** Abort the wait: the client has disconnected, or the server closes. */
  signals: readonly AbortSignal[];
  /** How long to wait, in milliseconds; a minute by default. */
  patience?: number;
}

interface Wait {
  waiting: number;
  done: Promise<void>;
}

/**
 * Holds requests for playlists that are about to be written; all requests for the same playlist share one
 * check.
 */
export class PlaylistWaits {
  readonly #waits = new Map<string, Wait>();

  /**
   * Resolves once `ready` returns true.
   *
   * @throws {ReverieError} if that takes too long or a signal aborts
   */
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
    // Waiting requests receive the error; without any, it must not go unhandled.
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
