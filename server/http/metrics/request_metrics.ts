import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Env } from "../env.ts";
import type { Metrics } from "./metrics.ts";

const methods = new Set(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Measures every request under its route's pattern, such as `/api/dreams/:id`. Files of the page and requests
 * without a route count as `other`, so that no client can fill the registry with labels.
 */
export function requestMetrics(metrics: Metrics): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? "other";
    const method = methods.has(c.req.method) ? c.req.method : "other";
    metrics.request(method, route, c.res.status, (performance.now() - started) / 1000);
  };
}
