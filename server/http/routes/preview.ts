/** Dreams a single frame, to judge settings before a long run. */
import { type Context, Hono } from "hono";
import type { Wish } from "../../../pipeline/settings/settle.ts";
import { queryFields, type Received } from "../../uploads/received.ts";
import { readSettings, readTime } from "../../uploads/settings.ts";
import type { Env } from "../env.ts";
import { reference, wishParameters } from "../openapi/components.ts";
import { uploadErrors } from "../openapi/upload_errors.ts";
import { bytes, describe } from "../openapi/describe.ts";
import type { Services } from "../services.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { asReverieError } from "../../errors.ts";

type Needs = Pick<Services, "dreams" | "uploads" | "renderer">;

/**
 * `POST /api/preview`: dreams the frame at `at` seconds. The source is an uploaded video or picture, sent as
 * the form field `video` or as the whole body, or the source of the dream that `?dream=` names. The response
 * is a JPEG, with its loss and seconds of work in headers.
 */
export function previewRoute(services: Needs): Hono<Env> {
  return new Hono<Env>().post("/", describe(route), async (c) => {
    const asked = requestOf(queryFields(c.req.raw));
    services.renderer.checkFree();
    return asked.dream === undefined ? await ofUpload(c, services) : await ofDream(c, services, asked);
  });
}

/** Previews the source of a dream; all settings come from the query. */
async function ofDream(c: Context<Env>, services: Needs, asked: Asked) {
  return await answer(c, services, services.dreams.files(asked.dream!).source, asked);
}

async function ofUpload(c: Context<Env>, services: Needs): Promise<Response> {
  const { uploads } = services;
  const request = c.req.raw;
  const isForm = /^multipart\/form-data\b/i.test(request.headers.get("Content-Type") ?? "");
  if (!request.body || request.headers.get("Content-Length") === "0") {
    throw new ReverieError(
      "invalid_request",
      "send a video or picture, or name a dream: /api/preview?dream=ID",
    );
  }
  const receive = isForm ? uploads.receiveMultipart : uploads.receiveRaw;
  const { file, name, fields } = await receive.call(uploads, request, { check: requestOf });
  try {
    await uploads.inspect(file, name, { pictures: true, signal: request.signal });
    return await answer(c, services, file, requestOf(fields));
  } finally {
    await uploads.discard(file);
  }
}

async function answer(
  c: Context<Env>,
  { renderer }: Needs,
  input: string,
  { at, wish }: Asked,
): Promise<Response> {
  try {
    const { dreamed, loss, seconds } = await renderer.preview({ input, at, wish }, c.req.raw.signal);
    return c.body(dreamed, 200, {
      "Content-Type": "image/jpeg",
      "Cache-Control": "no-store",
      "Reverie-Loss": String(loss),
      "Reverie-Seconds": String(seconds),
    });
  } catch (error) {
    throw asReverieError(error).renamed({ [input]: "the upload" });
  }
}

/** The requested frame and settings. */
interface Asked {
  dream?: string;
  /** Seconds. */
  at: number;
  wish: Wish;
}

/** Parses a request. Throws a ReverieError if a field is wrong. */
function requestOf({ dream, at = "0", ...others }: Received["fields"]): Asked {
  const { given, preset } = readSettings(others);
  return { at: readTime("at", at), wish: { given, preset }, ...(dream !== undefined && { dream }) };
}

const route = {
  id: "preview",
  tag: "trying" as const,
  summary: "One dreamed frame of a video or picture",
  description: "A dream that is being made rests meanwhile.",
  parameters: [
    {
      name: "dream",
      in: "query",
      description: "dreams a frame of this dream's source; nothing is to be sent then",
      schema: { type: "string" as const, pattern: "^[0-9a-f]{32}$" },
    },
    {
      name: "at",
      in: "query",
      description: "which frame: seconds or h:mm:ss from the video's start (default: 0)",
      schema: { type: "string" as const },
    },
    ...wishParameters("preset"),
  ],
  body: {
    content: {
      ...bytes("application/octet-stream", "video/*", "image/*"),
      "multipart/form-data": { schema: reference("Upload") },
    },
  },
  replies: {
    200: {
      description: "the dreamed frame",
      headers: {
        "Reverie-Loss": { description: "loss at the last step", schema: { type: "number" as const } },
        "Reverie-Seconds": { description: "time it took", schema: { type: "number" as const } },
      },
      content: bytes("image/jpeg"),
    },
  },
  errors: [...uploadErrors.filter((code) => code !== "queue_full"), "not_found", "busy"] as const,
};
