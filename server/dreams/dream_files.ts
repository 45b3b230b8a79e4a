import { join } from "node:path";
import { removeAll } from "./file_tools.ts";

/** Absolute paths of what belongs to a dream. */
export interface DreamFiles {
  folder: string;
  /** The upload as it came, whatever its kind. */
  source: string;
  video: string;
  /** What the video is called as long as it is made, and what stays of one that was broken off. */
  partial: string;
  /** Folder of playlist and segments. */
  hls: string;
  playlist: string;
  /** A dreamed frame and the same frame before, as JPEG. */
  poster: string;
  before: string;
}

/** Where the files of a dream are. Throws a RangeError for what is no id, so that no path comes from a client. */
export function dreamFiles(root: string, id: string): DreamFiles {
  if (!isDreamId(id)) throw new RangeError("an id of a dream has 32 hexadecimal digits");
  const folder = join(root, id);
  const hls = join(folder, "hls");
  return {
    folder,
    source: join(folder, "source"),
    video: join(folder, "video.mp4"),
    partial: join(folder, "video.partial.mp4"),
    hls,
    playlist: join(hls, "index.m3u8"),
    poster: join(folder, "poster.jpg"),
    before: join(folder, "before.jpg"),
  };
}

/** Whether a text has the form of an id: 32 hexadecimal digits, small letters. */
export function isDreamId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** An id that nobody can guess. */
export function newDreamId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Removes what an unfinished rendering left; source and pictures stay. */
export async function clearUnfinished({ folder }: DreamFiles): Promise<void> {
  const kept = new Set(["source", "poster.jpg", "before.jpg"]);
  for await (const { name } of Deno.readDir(folder)) {
    if (!kept.has(name)) await removeAll(join(folder, name));
  }
}
