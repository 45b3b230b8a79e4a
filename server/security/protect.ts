/** The security layer between a request and the routes. */
import type { MiddlewareHandler } from "hono";
import type { ServerOptions } from "../options.ts";
import { allowedHosts } from "./allowed_hosts.ts";
import { authentication, type AuthenticationOptions } from "./authentication.ts";
import { corsHeaders } from "./cors_headers.ts";
import { sameOrigin } from "./same_origin.ts";
import { securityHeaders } from "./security_headers.ts";

/** The server options that control access. */
export type ProtectionOptions =
  & Pick<ServerOptions, "host" | "token" | "cors" | "proxies">
  & Pick<AuthenticationOptions, "data" | "holdMs">;

/**
 * Returns the security middlewares in order, to be used before every route. Headers come first, so that
 * refusals carry them, too. CORS comes before authentication, since browsers send no token with preflights.
 * Errors are thrown as ReverieError, for the app's error handler.
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
