/** The sample clip, for users without a video at hand. */
import { Hono } from "hono";
import { join } from "node:path";
import { created, createDream } from "../create_dream.ts";
import { readSettings } from "../../uploads/settings.ts";
import { queryFields } from "../../uploads/received.ts";
import type { Env } from "../env.ts";
import { sampleClip } from "../files/static_files.ts";
import { wishParameters } from "../openapi/components.ts";
import { describe, json } from "../openapi/describe.ts";
import { readJson } from "../read_json.ts";
import type { Services } from "../services.ts";

/** `POST /api/samples`: queues a dream of the sample clip, with settings from query and JSON body. */
export function samplesRoute(services: Pick<Services, "dreams" | "uploads" | "options">): Hono<Env> {
  return new Hono<Env>().post("/", describe(route), async (c) => {
    const wish = readSettings({ ...queryFields(c.req.raw), ...await readJson(c.req.raw) });
    services.dreams.checkRoom();
    const file = join(services.options.data, "uploads", crypto.randomUUID().replaceAll("-", ""));
    // Read and written instead of copied: in a compiled program the clip is not a file of its own.
    await Deno.writeFile(file, await Deno.readFile(sampleClip), { mode: 0o600 });
    return created(c, await createDream(services, { file, name: "sample.mp4", wish }));
  });
}

const route = {
  id: "dreamSample",
  tag: "dreams" as const,
  summary: "Queues a dream of the sample clip",
  parameters: wishParameters("name", "preset", "from", "duration"),
  body: { content: json("Wish") },
  replies: { 201: { description: "the dream", content: json("Dream") } },
  errors: ["invalid_parameter", "invalid_request", "too_large", "queue_full", "disk_full"] as const,
};
