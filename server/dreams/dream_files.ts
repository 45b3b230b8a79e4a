import { join } from "node:path";
import { removeAll } from "./file_tools.ts";

/** Absolute paths of a dream's files. */
export interface DreamFiles {
  folder: string;
  /** The original upload, whatever its format. */
  source: string;
  video: string;
  /** The video while it is being made, or what remains of an interrupted one. */
  partial: string;
  /** Folder of playlist and segments. */
  hls: string;
  playlist: string;
  /** A dreamed frame and its source frame, as JPEG. */
  poster: string;
  before: string;
}

/**
 * Returns the paths of a dream's files. Only a valid id is accepted, so that no path comes from a client.
 *
 * @throws {RangeError} if `id` is not 32 hexadecimal digits
 */
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

/** Whether a text has the form of an id: 32 lowercase hexadecimal digits. */
export function isDreamId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Returns a new id that nobody can guess. */
export function newDreamId(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

/** Removes what an unfinished rendering left behind; source and pictures stay. */
export async function clearUnfinished({ folder }: DreamFiles): Promise<void> {
  const kept = new Set(["source", "poster.jpg", "before.jpg"]);
  for await (const { name } of Deno.readDir(folder)) {
    if (!kept.has(name)) await removeAll(join(folder, name));
  }
}
