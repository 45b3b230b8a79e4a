/** One JSON line for each request, under an id that the client gets, too. */
import type { MiddlewareHandler } from "hono";
import { destination, type Logger, pino } from "pino";
import type { Env } from "./env.ts";

/** The server's log: one JSON object per line on the standard output. */
export function createLog(level = "info"): Logger {
  return pino({ name: "reverie", level, base: null }, destination({ dest: 1, sync: true }));
}

/**
 * Gives each request an id, the client's own where X-Request-Id holds a decent one, and logs how it was answered:
 * method, path, query, status and the milliseconds until the answer began. Tokens are left out.
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
    // An upgraded connection's answer can no longer be touched.
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

/** A query as text, its tokens replaced, however their name is written. */
function withoutToken(query: URLSearchParams): string {
  const shown = new URLSearchParams();
  for (const [name, value] of query) shown.append(name, name.toLowerCase() === "token" ? "…" : value);
  return shown.toString();
}
