import type { DreamView, Links } from "./dream.ts";
import type { StoredDream } from "./dream_row.ts";

/** Returns a dream as the API shows it; `extras` holds what the database does not store. */
export function viewOf(
  { initial: _initial, hls, poster, ...dream }: StoredDream,
  extras: Pick<DreamView, "queue" | "paused"> = {},
): DreamView {
  return { ...dream, ...extras, links: linksOf(dream.id, { hls, poster, video: dream.state === "done" }) };
}

/** Returns the paths of a dream on this server. */
export function linksOf(id: string, there: { hls: boolean; poster: boolean; video: boolean }): Links {
  const self = `/api/dreams/${id}`;
  return {
    self,
    live: `${self}/live`,
    events: `${self}/events`,
    source: `${self}/source`,
    ...(there.hls && { hls: `${self}/hls/index.m3u8` }),
    ...(there.video && { video: `${self}/video.mp4` }),
    ...(there.poster && { poster: `${self}/poster.jpg`, before: `${self}/before.jpg` }),
  };
}
