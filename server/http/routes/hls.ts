/** HLS stream of a dream, which can be watched while it grows. */
import { join } from "node:path";
import { Hono } from "hono";
import type { DreamStatus } from "../../dreams/dream.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import type { Env } from "../env.ts";
import { hlsType } from "../files/content_types.ts";
import { PlaylistWaits } from "../files/playlist_wait.ts";
import { immutable, revalidated, sendFile, uncached } from "../files/send_file.ts";
import { bytes, describe, idParameter } from "../openapi/describe.ts";
import type { Services } from "../services.ts";

/**
 * `GET /api/dreams/:id/hls/index.m3u8`, held up to a minute until the first segment exists, and the segments
 * that it names.
 */
export function hlsRoutes({ dreams, closing }: Pick<Services, "dreams" | "closing">): Hono<Env> {
  const waits = new PlaylistWaits();
  return new Hono<Env>()
    .get("/:id/hls/index.m3u8", describe(playlistRoute), async (c) => {
      const { id } = dreams.get(c.req.param("id"));
      const path = join(dreams.files(id).hls, "index.m3u8");
      const ready = async () => hasEnded(dreams.get(id).state) || await isThere(path);
      const signals = [c.req.raw.signal, ...(closing ? [closing] : [])];
      await waits.until(id, { ready, signals });
      const cache = hasEnded(dreams.get(id).state) ? revalidated : uncached;
      return await sendFile(c.req.raw, path, { type: hlsType(path)!, cache }) ?? noStream();
    })
    .get(`/:id/hls/:segment{[A-Za-z0-9_-]+\\.(m4s|mp4)}`, describe(segmentRoute), async (c) => {
      const { id } = dreams.get(c.req.param("id"));
      const segment = c.req.param("segment");
      const path = join(dreams.files(id).hls, segment);
      const options = { type: hlsType(segment)!, cache: immutable };
      return await sendFile(c.req.raw, path, options) ?? noSegment(segment);
    });
}

function hasEnded(state: DreamStatus): boolean {
  return state !== "queued" && state !== "running";
}

async function isThere(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}

function noStream(): never {
  throw new ReverieError("not_found", "the dream ended before there was anything to watch");
}

function noSegment(name: string): never {
  throw new ReverieError("not_found", `there is no segment ${name}`);
}

const playlistRoute = {
  id: "getPlaylist",
  tag: "watching" as const,
  summary: "HLS playlist, which grows while the dream is made",
  description: "Held until the first segment is there, up to a minute; then 503 with Retry-After.",
  parameters: [idParameter],
  replies: { 200: { description: "the playlist", content: bytes("application/vnd.apple.mpegurl") } },
  errors: ["not_found", "busy"] as const,
};

const segmentRoute = {
  id: "getSegment",
  tag: "watching" as const,
  summary: "A second of the dream, or what comes ahead of them all",
  parameters: [idParameter],
  replies: {
    200: { description: "the segment", content: bytes("video/iso.segment", "video/mp4") },
    206: { description: "the part that Range asks for", content: bytes("video/iso.segment", "video/mp4") },
    304: { description: "unchanged" },
    416: { description: "the segment is shorter than Range supposes" },
  },
  errors: ["not_found"] as const,
};
