/** Lists dreams and creates new ones. */
import { type Context, Hono } from "hono";
import { readSettings } from "../../uploads/settings.ts";
import { queryFields } from "../../uploads/received.ts";
import { created, createDream } from "../create_dream.ts";
import type { Env } from "../env.ts";
import { bytes, describe, json } from "../openapi/describe.ts";
import { reference, wishParameters } from "../openapi/components.ts";
import { uploadErrors } from "../openapi/upload_errors.ts";
import type { Services } from "../services.ts";
import { ReverieError } from "../../../pipeline/errors.ts";

/** `GET`, `PUT` and `POST /api/dreams`. */
export function dreamsRoutes(services: Pick<Services, "dreams" | "uploads">): Hono<Env> {
  const { dreams, uploads } = services;
  const form = async (c: Context<Env>) => {
    if (!isForm(c.req.raw)) throw noForm();
    dreams.checkRoom();
    const { signal } = c.req.raw;
    const received = await uploads.receiveMultipart(c.req.raw, { check: readSettings });
    const wish = readSettings(received.fields);
    return created(c, await createDream(services, { ...received, wish, signal }));
  };
  const raw = async (c: Context<Env>) => {
    dreams.checkRoom();
    const wish = readSettings(queryFields(c.req.raw));
    const received = await uploads.receiveRaw(c.req.raw);
    return created(c, await createDream(services, { ...received, wish, signal: c.req.raw.signal }));
  };
  return new Hono<Env>()
    .get("/", describe(listing), (c) => c.json({ dreams: dreams.list() }))
    .put("/", describe(putting), raw)
    .post("/", describe(posting), form);
}

function isForm(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get("Content-Type") ?? "");
}

function noForm(): ReverieError {
  const message = "send the video as multipart/form-data in the field video, or PUT it as the whole body";
  return new ReverieError("not_a_video", message);
}

const dreamReply = {
  201: {
    description: "the dream, which is now queued",
    headers: { Location: { description: "its path", schema: { type: "string" as const } } },
    content: json("Dream"),
  },
};

const listing = {
  id: "listDreams",
  tag: "dreams" as const,
  summary: "All dreams, newest first",
  replies: { 200: { description: "the dreams", content: json("Dreams") } },
};

const putting = {
  id: "putDream",
  tag: "dreams" as const,
  summary: "Uploads a video as the whole body and queues its dream",
  description: "`curl -T clip.mp4 'http://localhost:8000/api/dreams?name=clip.mp4&blend=0.3'`",
  parameters: wishParameters("name", "preset", "from", "duration"),
  body: { required: true, content: bytes("application/octet-stream", "video/*") },
  replies: dreamReply,
  errors: uploadErrors,
};

const posting = {
  id: "postDream",
  tag: "dreams" as const,
  summary: "Uploads a video in a form and queues its dream",
  description: "`curl -F video=@clip.mp4 -F blend=0.3 http://localhost:8000/api/dreams`",
  parameters: wishParameters("name", "preset", "from", "duration"),
  body: { required: true, content: { "multipart/form-data": { schema: reference("Upload") } } },
  replies: dreamReply,
  errors: uploadErrors,
};
