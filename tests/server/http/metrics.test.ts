import assert from "node:assert/strict";
import { Hono } from "hono";
import type { FrameEvent } from "../../../pipeline/run/events.ts";
import type { Env } from "../../../server/http/env.ts";
import { metered, type RenderingPart } from "../../../server/http/metrics/metered_renderer.ts";
import { Metrics } from "../../../server/http/metrics/metrics.ts";
import { requestMetrics } from "../../../server/http/metrics/request_metrics.ts";
import type { RenderHooks, RenderJob } from "../../../server/rendering/job.ts";

/** A metric's value, by name and labels in their written form. */
async function value(metrics: Metrics, name: string): Promise<number | undefined> {
  const line = (await metrics.registry.metrics()).split("\n").find((line) => line.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

Deno.test("Metrics reads its gauges off the server when it is asked", async () => {
  const metrics = new Metrics();
  const counts = { queued: 2, running: 1, done: 5, failed: 0, cancelled: 0 };
  metrics.observe({
    dreams: { counts: () => counts, queueLength: 2, diskUsage: () => Promise.resolve(1234) },
    hub: { sockets: 3 },
  });
  assert.equal(await value(metrics, "reverie_queue_length"), 2);
  assert.equal(await value(metrics, "reverie_sockets"), 3);
  assert.equal(await value(metrics, "reverie_disk_bytes"), 1234);
  assert.equal(await value(metrics, 'reverie_dreams{state="done"}'), 5);
  counts.done = 6;
  assert.equal(await value(metrics, 'reverie_dreams{state="done"}'), 6);
  assert.ok((await value(metrics, "reverie_resident_memory_bytes"))! > 1e7);
});

Deno.test("metered() counts frames, their time and their stages, and hands them on", async () => {
  const metrics = new Metrics();
  const end = Promise.withResolvers<never>();
  let hooks: RenderHooks | undefined;
  const renderer = {
    held: false,
    onHeld: () => {},
    render: (_: RenderJob, given: RenderHooks) => {
      hooks = given;
      return { finished: end.promise };
    },
  } as unknown as RenderingPart;
  const seen: number[] = [];
  metered(renderer, metrics).render({} as RenderJob, {
    frame: ({ index }: FrameEvent) => void seen.push(index),
  } as RenderHooks);
  const frame = { fps: 4, stages: { dream: 0.25, flow: 0.125 } } as FrameEvent;
  hooks!.frame({ ...frame, index: 0, seconds: 2 });
  hooks!.frame({ ...frame, index: 1, seconds: 2.5 });
  assert.deepEqual(seen, [0, 1]);
  assert.equal(await value(metrics, "reverie_frames_total"), 2);
  assert.equal(await value(metrics, "reverie_fps"), 4);
  assert.equal(await value(metrics, "reverie_frame_seconds_sum"), 2.5);
  assert.equal(await value(metrics, 'reverie_stage_seconds_sum{stage="dream"}'), 0.5);
  end.reject(new Error("over"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await value(metrics, "reverie_fps"), 0);
});

Deno.test("requestMetrics() counts requests by pattern, never by what clients make up", async () => {
  const metrics = new Metrics();
  const app = new Hono<Env>().use(requestMetrics(metrics)).get("/api/dreams/:id", (c) => c.text("ok"));
  await app.request("/api/dreams/1");
  await app.request("/api/dreams/2");
  await app.request("/made/up");
  await app.request("/api/dreams/1", { method: "BREW" });
  const name = "reverie_http_request_seconds_count";
  assert.equal(await value(metrics, `${name}{method="GET",route="/api/dreams/:id",status="200"}`), 2);
  assert.equal(await value(metrics, `${name}{method="GET",route="other",status="404"}`), 1);
  assert.equal(await value(metrics, `${name}{method="other",route="other",status="404"}`), 1);
});
