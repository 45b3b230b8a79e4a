/** Documents and mounts the live routes; their handlers are in server/live and server/camera. */
import { Hono } from "hono";
import { cameraRoute } from "../../camera/camera.ts";
import { liveRoutes } from "../../live/routes.ts";
import type { Env } from "../env.ts";
import { bytes, describe, idParameter } from "../openapi/describe.ts";
import type { Services } from "../services.ts";

/** `GET /api/dreams/:id/{live,events,sees/…}`, to be mounted at `/api/dreams`. */
export function watchingRoutes({ hub, dreams }: Pick<Services, "hub" | "dreams">): Hono<Env> {
  return new Hono<Env>()
    .get("/:id/live", describe(live))
    .get("/:id/events", describe(events))
    .get("/:id/sees/:what", describe(sees))
    .route("/", liveRoutes({ hub, dreams }));
}

/** `GET /api/camera`. */
export function cameraRoutes(
  { renderer, closing: signal }: Pick<Services, "renderer" | "closing">,
): Hono<Env> {
  return new Hono<Env>().get("/", describe(camera), cameraRoute(renderer, signal ? { signal } : {}));
}

const upgrade = { 101: { description: "the connection is a WebSocket from here on" } };

const live = {
  id: "watchDream",
  tag: "watching" as const,
  summary: "WebSocket: news as JSON, and each dreamed frame as JPEG",
  description:
    "The server sends `state` first, then `frame`, each followed by its picture as a binary message, " +
    "`change`, `hls`, `download`, `warning`, and `done` or `error` last. The client may send " +
    '`{"type": "change", "id"?, "parameters"}`, which is answered by `changed` or `refused`.',
  parameters: [idParameter],
  replies: upgrade,
  errors: ["not_found", "invalid_request", "busy"] as const,
};

const events = {
  id: "listenToDream",
  tag: "watching" as const,
  summary: "The same news as server-sent events",
  parameters: [idParameter],
  replies: { 200: { description: "the news", content: bytes("text/event-stream") } },
  errors: ["not_found", "busy"] as const,
};

const sees = {
  id: "seeDream",
  tag: "watching" as const,
  summary: "What the dream sees: source, flow, mask or dream of the newest frame",
  parameters: [idParameter, {
    name: "what",
    in: "path",
    required: true,
    schema: { type: "string" as const, enum: ["source.jpg", "flow.jpg", "mask.jpg", "dream.jpg"] },
  }],
  replies: {
    200: {
      description: "the picture",
      headers: {
        "Reverie-Frame": { description: "the frame's index", schema: { type: "integer" as const } },
      },
      content: bytes("image/jpeg"),
    },
  },
  errors: ["not_found", "conflict"] as const,
};

const camera = {
  id: "dreamCamera",
  tag: "trying" as const,
  summary: "WebSocket: dreams the pictures of a camera as they come",
  description:
    'The client sends `{"type": "start", "width", "height", "preset"?, "parameters"?}`, then JPEGs as ' +
    'binary messages, `{"type": "change", "id"?, "parameters"}` and `{"type": "stop"}`. The server sends `ready`, ' +
    "then for each dreamed picture `frame` and the JPEG; `changed` or `refused`; `error` before it closes.",
  replies: upgrade,
  errors: ["invalid_request", "busy"] as const,
};
