/** Logs one JSON line per request, with an id that the client also receives. */
import type { MiddlewareHandler } from "hono";
import { destination, type Logger, pino } from "pino";
import type { Env } from "./env.ts";

/** Creates the server's log: one JSON object per line on standard output. */
export function createLog(level = "info"): Logger {
  return pino({ name: "reverie", level, base: null }, destination({ dest: 1, sync: true }));
}

/**
 * Gives each request an id (the client's own if X-Request-Id holds a usable one) and logs method, path,
 * query, status and the milliseconds until the response began. Tokens are left out.
 */
export function requestLog(log: Logger): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now();
    const requestId = decentId(c.req.header("X-Request-Id")) ?? crypto.randomUUID();
    const requestLog = log.child({ request: requestId });
    c.set("requestId", requestId);
    c.set("log", requestLog);
    await next();
    const { status } = c.res;
    // The response of an upgraded connection can no longer be modified.
    if (status !== 101) c.res.headers.set("X-Request-Id", requestId);
    const milliseconds = Math.round(10 * (performance.now() - started)) / 10;
    const { method, path } = c.req;
    const query = withoutToken(new URL(c.req.url).searchParams);
    requestLog.info({ method, path, ...(query !== "" && { query }), status, milliseconds }, "request");
  };
}

function decentId(id: string | undefined): string | undefined {
  return id !== undefined && /^[\w.-]{8,64}$/.test(id) ? id : undefined;
}

/** Returns the query as text with tokens replaced, in any letter case of the name. */
function withoutToken(query: URLSearchParams): string {
  const shown = new URLSearchParams();
  for (const [name, value] of query) shown.append(name, name.toLowerCase() === "token" ? "…" : value);
  return shown.toString();
}
