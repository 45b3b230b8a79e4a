/** Responses to failed requests: `{"error": {"code", "message", "field"?}}`. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { ReverieError } from "../../pipeline/errors.ts";
import { asReverieError, bodyOf } from "../errors.ts";
import type { Env } from "./env.ts";

/** Returns a JSON response for any error that a route throws. A defect is logged with its stack. */
export function errorResponse(error: unknown, c: Context<Env>): Response {
  const known = error instanceof HTTPException ? fromHono(error) : asReverieError(error);
  if (known.status === 500) logDefect(error, c);
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (known.retryAfter !== undefined) headers.set("Retry-After", String(Math.ceil(known.retryAfter)));
  if (known.code === "unauthorized") headers.set("WWW-Authenticate", 'Bearer realm="reverie"');
  return c.json({ error: bodyOf(known) }, known.status, Object.fromEntries(headers));
}

/** Returns the response to a request that no route matches. */
export function notFound(c: Context<Env>): Response {
  const message = `there is nothing at ${c.req.path}; /openapi.json lists what there is`;
  return errorResponse(new ReverieError("not_found", message), c);
}

/**
 * Returns the response to a method that the path does not support; OPTIONS gets the list of supported
 * methods.
 */
export function methodNotAllowed(c: Context<Env>, methods: string[]): Response {
  const allowed = [...new Set([...methods, "OPTIONS"])].toSorted().join(", ");
  if (c.req.method === "OPTIONS") return c.body(null, 204, { Allow: allowed });
  const message = `${c.req.path} does not take ${c.req.method} but ${allowed}`;
  const response = errorResponse(new ReverieError("method_not_allowed", message), c);
  response.headers.set("Allow", allowed);
  return response;
}

function fromHono(error: HTTPException): ReverieError {
  const code = error.status < 500 ? "invalid_request" : "internal";
  return new ReverieError(code, error.message || "the request is not usable", { cause: error });
}

/** Logs a defect. If the client disconnected, reads of its body fail; that is not a defect. */
function logDefect(error: unknown, c: Context<Env>): void {
  const log = c.get("log");
  if (c.req.raw.signal.aborted) log?.info({ err: error }, "the client went away");
  else log?.error({ err: error }, "a request failed");
}
