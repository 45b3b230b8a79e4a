/** Compares tokens that clients show with the server's. */
import { timingSafeEqual } from "hono/utils/buffer";
import { ReverieError } from "../../pipeline/errors.ts";
import { holdMs, Tries, type TriesOptions } from "./tries.ts";

/** Options of {@link TokenCheck}. */
export interface TokenCheckOptions extends TriesOptions {
  /** The server's token. */
  token: string;
  /** How long an attempt above the limit is held before it is looked at, in milliseconds; default 5 s. */
  holdMs?: number;
}

/**
 * Slows down clients that guess. Attempts above the limit are held, then compared like any other: the right
 * token is never refused.
 */
export class TokenCheck {
  readonly #options: TokenCheckOptions;
  readonly #tries: Tries;

  constructor(options: TokenCheckOptions) {
    this.#options = options;
    this.#tries = new Tries(options);
  }

  /**
   * Returns why a token is refused; undefined if it is the server's. Compares in constant time. The attempt is
   * counted first, so that concurrent requests cannot outrun the count.
   */
  async refusal(client: string, shown: string): Promise<ReverieError | undefined> {
    const retryAfter = this.#tries.take(client);
    if (retryAfter > 0) await pause(Math.min(1000 * retryAfter, this.#options.holdMs ?? holdMs));
    if (await timingSafeEqual(shown, this.#options.token)) {
      this.#tries.forgive(client);
      return undefined;
    }
    if (retryAfter === 0) return new ReverieError("unauthorized", "that is not this server's token");
    const message = `too many wrong tokens: try again in ${Math.ceil(retryAfter)} s`;
    return new ReverieError("too_many_requests", message, { retryAfter });
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
