/** Health and metrics of the server. */
import { Hono } from "hono";
import type { Env } from "../env.ts";
import { describe, json } from "../openapi/describe.ts";
import type { Services } from "../services.ts";
import { version } from "../version.ts";

/** `GET /healthz` and `GET /metrics`. */
export function serverRoutes({ dreams, metrics }: Pick<Services, "dreams" | "metrics">): Hono<Env> {
  const started = performance.now();
  return new Hono<Env>()
    .get("/healthz", describe(healthRoute), (c) => {
      const uptime = Math.round((performance.now() - started) / 100) / 10;
      const { queueLength: queue } = dreams;
      const health = { status: "ok", version, uptime, queue, rendering: dreams.counts().running > 0 };
      return c.json(health, 200, { "Cache-Control": "no-store" });
    })
    .get("/metrics", describe(metricsRoute), async (c) => {
      const { registry } = metrics;
      return c.body(await registry.metrics(), 200, { "Content-Type": registry.contentType });
    });
}

const healthRoute = {
  id: "getHealth",
  tag: "server" as const,
  summary: "Whether the server is up",
  replies: { 200: { description: "it is", content: json("Health") } },
};

const metricsRoute = {
  id: "getMetrics",
  tag: "server" as const,
  summary: "Metrics in Prometheus' text format",
  replies: {
    200: { description: "the metrics", content: { "text/plain": { schema: { type: "string" as const } } } },
  },
};
