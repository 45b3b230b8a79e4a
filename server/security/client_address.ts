/** Which client a request comes from. */
import { isIP } from "node:net";
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import { expandIPv6 } from "hono/utils/ipaddr";

/** Returns an address in one form: IPv4 addresses mapped into IPv6 become IPv4 addresses. */
export function normalAddress(address: string): string {
  return /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address.toLowerCase();
}

/**
 * Returns the address of a request's client; undefined outside a server. If the connection comes from one of
 * the `proxies`, it is the last address in X-Forwarded-For that is not a proxy itself: earlier ones are the
 * client's own words.
 */
export function addressOf(c: Context, proxies: readonly string[] = []): string | undefined {
  const address = c.env?.remoteAddr === undefined ? undefined : getConnInfo(c).remote.address;
  if (address === undefined) return undefined;
  const peer = normalAddress(address);
  if (!proxies.includes(peer)) return peer;
  const forwarded = (c.req.header("X-Forwarded-For") ?? "").split(",").map((text) =>
    normalAddress(text.trim())
  );
  return forwarded.findLast((text) => isIP(text) !== 0 && !proxies.includes(text)) ?? peer;
}

/** Identifies the client of a request; see {@link networkOf}. */
export function clientOf(c: Context, proxies: readonly string[] = []): string {
  const address = addressOf(c, proxies);
  return address === undefined ? "unknown" : networkOf(address);
}

/**
 * Returns what counts as one client: an IPv4 address, or the /64 network of an IPv6 address, since a single
 * client may own all of it.
 */
export function networkOf(address: string): string {
  const known = normalAddress(address);
  return isIP(known) === 6 ? expandIPv6(known).slice(0, 19) : known;
}
