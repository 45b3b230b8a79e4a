/** Whether pages of other sites may read responses. */
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { trustedOrigins } from "./origins.ts";

/** Options of {@link corsHeaders}. */
export interface CorsOptions {
  /** Origins of other sites that may use the API; none by default. */
  cors?: readonly string[];
}

/** Headers that scripts of other origins may read besides those that are always readable. */
const exposeHeaders = [
  ...["Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"],
  ...["Accept-Ranges", "Content-Disposition", "Content-Range", "ETag"],
  ...["Reverie-Dream", "Reverie-Frame", "Reverie-Location", "Reverie-Loss", "Reverie-Seconds"],
  ...["Tus-Extension", "Tus-Max-Size", "Tus-Resumable", "Tus-Version"],
  ...[
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
  ],
];

/**
 * Responds to preflights and adds CORS headers for the given origins, without credentials: pages of other
 * sites must send the token themselves. CORS headers set by the routes are removed, since tus would allow
 * every origin.
 */
export function corsHeaders(options: CorsOptions = {}): MiddlewareHandler {
  const origins = options.cors ?? [];
  const isTrusted = trustedOrigins(origins);
  const apply = cors({
    origin: (origin) => isTrusted(origin) ? origin : null,
    allowMethods: ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"],
    exposeHeaders,
    maxAge: 600,
  });
  return async (c, next) => {
    if (origins.length > 0 && isPreflight(c)) return await apply(c, next);
    await next();
    // The response of an upgraded connection can no longer be modified.
    if (c.res.status === 101) return;
    withoutCors(c);
    if (origins.length > 0 && c.req.method !== "OPTIONS") await apply(c, () => Promise.resolve());
  };
}

/** Whether a request is a browser's preflight; any other OPTIONS goes to the routes. */
function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") !== undefined;
}

function withoutCors(c: Context): void {
  const names = [...c.res.headers.keys()].filter((name) => name.startsWith("access-control-"));
  for (const name of names) c.header(name, undefined);
}
