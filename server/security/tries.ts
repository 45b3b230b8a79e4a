/** How often somebody may try. */
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import { distinctRemoteAddr, expandIPv6 } from "hono/utils/ipaddr";

/** Options of {@link Tries}. */
export interface TriesOptions {
  /** Tries that may follow one another at once. */
  burst: number;
  /** Seconds in which one try comes back. */
  seconds: number;
  /** Clients that are remembered at most; the one that tried longest ago is forgotten first. */
  clients?: number;
}

/** Counts tries by client in a leaky bucket each; one number a client is all that is kept. */
export class Tries {
  readonly #burst: number;
  readonly #interval: number;
  readonly #clients: number;
  /** When all tries of a client will have come back, in milliseconds. */
  readonly #restored = new Map<string, number>();

  constructor({ burst, seconds, clients = 10_000 }: TriesOptions) {
    this.#burst = burst;
    this.#interval = 1000 * seconds;
    this.#clients = clients;
  }

  /** Takes a try and returns 0, or returns the seconds until there is one. */
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

  /** Gives a client all its tries back. */
  forgive(client: string): void {
    this.#restored.delete(client);
  }

  #forgetOldest(): void {
    for (const client of this.#restored.keys()) return void this.#restored.delete(client);
  }
}

/** Who tries: the address of the other side, of IPv6 the /64 network, which a single client may have for itself. */
export function clientOf(c: Context): string {
  const address = c.env?.remoteAddr === undefined ? undefined : getConnInfo(c).remote.address;
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return distinctRemoteAddr(address) === "IPv6" ? expandIPv6(address).slice(0, 19) : address;
}
