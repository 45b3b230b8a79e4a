/** Keeps other sites from acting in the name of whoever visits them. */
import type { Context, MiddlewareHandler } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";
import { trustedOrigins } from "./origins.ts";
import { hostOf, isReading } from "./request_facts.ts";

/** Options of {@link sameOrigin}. */
export interface SameOriginOptions {
  /** Origins of other sites that may use the API. */
  cors?: readonly string[];
}

/**
 * Refuses requests that change something, and WebSockets, when a page of another origin sends them (403). Browsers
 * do not ask before they send such requests, and never for sockets. Sec-Fetch-Site decides where the browser tells
 * it; else the host in Origin has to be the one that was asked. Hosts are compared without scheme, since a proxy in
 * front may speak TLS. Requests without either header do not come from a browser and pass.
 *
 * hono/csrf would look at forms only, and refuse curl and scripts.
 *
 * @example
 * ```ts
 * const app = new Hono().use(sameOrigin({ cors: ["https://friend.example"] }));
 * ```
 */
export function sameOrigin({ cors = [] }: SameOriginOptions = {}): MiddlewareHandler {
  const isTrusted = trustedOrigins(cors);
  return async (c, next) => {
    if (!isReading(c) && isForeign(c, isTrusted)) {
      throw new ReverieError(
        "forbidden",
        "a page of another site may not do this; --cors ORIGIN would allow it",
      );
    }
    await next();
  };
}

function isForeign(c: Context, isTrusted: (origin: string) => boolean): boolean {
  const origin = c.req.header("Origin");
  if (origin !== undefined && isTrusted(origin)) return false;
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  return origin !== undefined && !isAt(origin, hostOf(c));
}

/** Whether an origin has a host; a port that goes without saying may be named or not. */
function isAt(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  return url !== null && url.host !== "" && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
