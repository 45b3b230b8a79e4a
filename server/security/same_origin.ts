/** Keeps other sites from acting on behalf of their visitors. */
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
 * Refuses state-changing requests and WebSockets from pages of other origins (403). Browsers send many such
 * requests without a preflight, and sockets always. Sec-Fetch-Site decides if the browser sends it; otherwise
 * the host in Origin must be the requested host. Hosts are compared without the scheme, since a proxy in
 * front may terminate TLS. Requests with neither header do not come from a browser and pass.
 *
 * hono/csrf would check forms only, and refuse curl and scripts.
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

/** Whether an origin has this host; the default port may be given or not. */
function isAt(origin: string, host: string): boolean {
  const url = URL.parse(origin);
  return url !== null && url.host !== "" && url.host === URL.parse(`${url.protocol}//${host}`)?.host;
}
