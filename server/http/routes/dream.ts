/** One dream: its state and the actions on it. */
import { Hono } from "hono";
import { created } from "../create_dream.ts";
import type { Env } from "../env.ts";
import { describe, idParameter, json } from "../openapi/describe.ts";
import { readSettings } from "../../uploads/settings.ts";
import { readJson } from "../read_json.ts";
import type { Services } from "../services.ts";

/** `GET`, `PATCH`, `DELETE /api/dreams/:id`, and `POST` of `cancel` and `again` below it. */
export function dreamRoutes({ dreams }: Pick<Services, "dreams">): Hono<Env> {
  return new Hono<Env>()
    .get("/:id", describe(getting), (c) => c.json(dreams.get(c.req.param("id"))))
    .patch("/:id", describe(changing), async (c) => {
      const { id } = dreams.get(c.req.param("id"));
      const { given } = readSettings(await readJson(c.req.raw), []);
      return c.json(await dreams.change(id, given));
    })
    .delete("/:id", describe(deleting), async (c) => {
      await dreams.remove(c.req.param("id"));
      return c.body(null, 204);
    })
    .post("/:id/cancel", describe(cancelling), async (c) => c.json(await dreams.cancel(c.req.param("id"))))
    .post("/:id/again", describe(repeating), async (c) => {
      const { id } = dreams.get(c.req.param("id"));
      return created(c, await dreams.again(id, readSettings(await readJson(c.req.raw), ["preset"])));
    });
}

const dreamReply = { 200: { description: "the dream", content: json("Dream") } };

const getting = {
  id: "getDream",
  tag: "dreams" as const,
  summary: "State, progress, settings and links of a dream",
  parameters: [idParameter],
  replies: dreamReply,
  errors: ["not_found"] as const,
};

const changing = {
  id: "changeDream",
  tag: "dreams" as const,
  summary: "Changes settings from the next frame on",
  description:
    "Of a dream that waits, every setting; of one that runs, those that `/api/settings` calls live. " +
    "Answered once the first frame with them has begun.",
  parameters: [idParameter],
  body: { required: true, content: json("SomeParameters") },
  replies: { 200: { description: "what is changed, and from which frame on", content: json("Changed") } },
  errors: ["not_found", "invalid_parameter", "invalid_request", "too_large", "conflict"] as const,
};

const deleting = {
  id: "deleteDream",
  tag: "dreams" as const,
  summary: "Removes a dream and all its files, and stops it where it runs",
  parameters: [idParameter],
  replies: { 204: { description: "it is gone" } },
  errors: ["not_found"] as const,
};

const cancelling = {
  id: "cancelDream",
  tag: "dreams" as const,
  summary: "Stops a dream, or takes it out of the queue",
  parameters: [idParameter],
  replies: dreamReply,
  errors: ["not_found", "conflict"] as const,
};

const repeating = {
  id: "repeatDream",
  tag: "dreams" as const,
  summary: "A new dream of the same source, with its settings unless others are given",
  parameters: [idParameter],
  body: { content: json("Wish") },
  replies: { 201: { description: "the new dream", content: json("Dream") } },
  errors: [
    "not_found",
    "invalid_parameter",
    "invalid_request",
    "too_large",
    "queue_full",
    "disk_full",
  ] as const,
};
