/** Limits how often a client may try. */
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import { distinctRemoteAddr, expandIPv6 } from "hono/utils/ipaddr";

/** Options of {@link Tries}. */
export interface TriesOptions {
  /** Number of tries available at once. */
  burst: number;
  /** Seconds until one try is restored. */
  seconds: number;
  /** Maximum number of remembered clients; the one whose last try is oldest is forgotten first. */
  clients?: number;
}

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

/**
 * Identifies a client by its address; for IPv6 by its /64 network, since a single client may own all of it.
 */
export function clientOf(c: Context): string {
  const address = c.env?.remoteAddr === undefined ? undefined : getConnInfo(c).remote.address;
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return distinctRemoteAddr(address) === "IPv6" ? expandIPv6(address).slice(0, 19) : address;
}
