/** Resumable uploads with tus. */
import { Hono } from "hono";
import { readSettings } from "../../uploads/settings.ts";
import { createDream } from "../create_dream.ts";
import type { Env } from "../env.ts";
import { methodNotAllowed } from "../error_response.ts";
import { describe } from "../openapi/describe.ts";
import type { Services } from "../services.ts";

/**
 * `/files` and below: uploads that survive a broken connection; each becomes a dream when its last byte has
 * arrived.
 */
export function resumableRoutes(services: Pick<Services, "dreams" | "uploads">): Hono<Env> {
  const handle = services.uploads.tus(async (received) => {
    const { id, links } = await createDream(services, { ...received, wish: readSettings(received.fields) });
    return { id, location: links.self };
  });
  return new Hono<Env>()
    .post("/", describe(creating), (c) => {
      services.dreams.checkRoom();
      return handle(c.req.raw);
    })
    // Hono sends HEAD requests to the routes of GET.
    .get("/:upload", (c) => {
      return c.req.method === "HEAD"
        ? handle(c.req.raw)
        : methodNotAllowed(c, ["DELETE", "HEAD", "OPTIONS", "PATCH"]);
    })
    .patch("/:upload", describe(continuing), (c) => handle(c.req.raw))
    .delete("/:upload", describe(ending), (c) => handle(c.req.raw))
    .options("/", (c) => handle(c.req.raw))
    .options("/:upload", (c) => handle(c.req.raw));
}

const upload = {
  name: "upload",
  in: "path",
  required: true,
  description: "the upload's id",
  schema: { type: "string" as const },
};

const creating = {
  id: "createUpload",
  tag: "dreams" as const,
  summary: "Begins a resumable upload (tus 1.0.0)",
  description:
    "Upload-Metadata holds filename, preset and settings. HEAD and PATCH of the upload follow the protocol.",
  replies: { 201: { description: "it has begun; Location is where to send it" } },
  errors: ["invalid_parameter", "invalid_request", "too_large", "queue_full", "disk_full"] as const,
};

const continuing = {
  id: "continueUpload",
  tag: "dreams" as const,
  summary: "Sends a part of a resumable upload",
  parameters: [upload],
  replies: {
    204: {
      description: "it is there; after the last part Reverie-Dream and Reverie-Location name the dream",
    },
  },
  errors: [
    ...["invalid_request", "not_found", "conflict", "too_large"] as const,
    ...["not_a_video", "unusable_video", "queue_full", "disk_full"] as const,
  ],
};

const ending = {
  id: "endUpload",
  tag: "dreams" as const,
  summary: "Gives up a resumable upload",
  parameters: [upload],
  replies: { 204: { description: "it is gone" } },
  errors: ["not_found"] as const,
};
