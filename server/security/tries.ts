/** Limits how often a client may try. */

/** Options of {@link Tries}. */
export interface TriesOptions {
  /** Number of tries available at once. */
  burst: number;
  /** Seconds until one try is restored. */
  seconds: number;
  /** Maximum number of remembered clients; the one whose last try is oldest is forgotten first. */
  clients?: number;
}

/**
 * How long an attempt above the limit is held before it is looked at, in milliseconds. It is not refused
 * unseen: whoever knows the token gets in even while somebody guesses from the same address.
 */
export const holdMs = 5_000;

/** Counts tries in one leaky bucket per client; it stores one number per client. */
export class Tries {
  readonly #burst: number;
  readonly #interval: number;
  readonly #clients: number;
  /** When all tries of a client are restored, in milliseconds. */
  readonly #restored = new Map<string, number>();

  constructor({ burst, seconds, clients = 10_000 }: TriesOptions) {
    this.#burst = burst;
    this.#interval = 1000 * seconds;
    this.#clients = clients;
  }

  /** Uses a try and returns 0, or returns the seconds until the next one is available. */
  take(client: string): number {
    const now = performance.now();
    const restored = Math.max(now, this.#restored.get(client) ?? 0) + this.#interval;
    const wait = restored - now - this.#burst * this.#interval;
    if (wait > 0) return wait / 1000;
    this.#restored.delete(client);
    this.#restored.set(client, restored);
    if (this.#restored.size > this.#clients) this.#forgetOldest();
    return 0;
  }

  /** Restores all tries of a client. */
  forgive(client: string): void {
    this.#restored.delete(client);
  }

  #forgetOldest(): void {
    for (const client of this.#restored.keys()) return void this.#restored.delete(client);
  }
}
