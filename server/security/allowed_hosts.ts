/** Protection against DNS rebinding. */
import type { MiddlewareHandler } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";
import { isLoopback } from "./loopback.ts";
import { hostOf } from "./request_facts.ts";

/** Options of {@link allowedHosts}. */
export interface AllowedHostsOptions {
  /** Host name or address that the server listens on. */
  host: string;
  /**
   * Origins of other sites that may use the API; their hosts are accepted, too, for a proxy that keeps the
   * host name.
   */
  cors?: readonly string[];
}

/**
 * Makes a server that only this machine can reach refuse requests to other host names (403). Otherwise any
 * site could point a name of its own at 127.0.0.1, and its pages would count as the server's own. If other
 * machines can reach the server, its names are unknown, and the token protects it.
 */
export function allowedHosts({ host, cors = [] }: AllowedHostsOptions): MiddlewareHandler {
  if (!isLoopback(host)) return (_c, next) => next();
  const others = new Set(cors.map((origin) => URL.parse(origin)?.hostname));
  return async (c, next) => {
    const name = nameOf(hostOf(c));
    if (name === undefined || !isLoopback(name) && !others.has(name)) {
      const message =
        "this server answers as localhost only; use that name, or --cors https://NAME behind a proxy";
      throw new ReverieError("forbidden", message);
    }
    await next();
  };
}

/** Returns the name or address in a Host header (RFC 9110, section 7.2), without the port. */
function nameOf(host: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w.-]+)(:\d*)?$/i.exec(host)?.[1];
}
