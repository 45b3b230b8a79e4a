/** All that stands between a request and the routes. */
import type { MiddlewareHandler } from "hono";
import type { ServerOptions } from "../options.ts";
import { allowedHosts } from "./allowed_hosts.ts";
import { authentication } from "./authentication.ts";
import { corsHeaders } from "./cors_headers.ts";
import { sameOrigin } from "./same_origin.ts";
import { securityHeaders } from "./security_headers.ts";

/** Those options of the server that say who may use it. */
export type ProtectionOptions = Pick<ServerOptions, "host" | "token" | "cors"> & { data?: string };

/**
 * The security layer in its order, to be used ahead of every route. Headers come first, so that refusals carry them,
 * too; CORS comes before the authentication, since browsers send no token with their preflights. Errors are thrown as
 * ReverieError, for the app's error handler.
 *
 * @example
 * ```ts
 * const app = new Hono().onError(errorResponse);
 * app.use(...protect(options)).route("/", loginRoutes(options));
 * ```
 */
export function protect(options: ProtectionOptions): MiddlewareHandler[] {
  return [
    securityHeaders(),
    allowedHosts(options),
    corsHeaders(options),
    sameOrigin(options),
    authentication(options),
  ];
}
