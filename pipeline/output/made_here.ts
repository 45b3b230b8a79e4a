/** Recognises files that Reverie made by the comment that it writes into all of them. */
import { ffprobe } from "../ffmpeg/ffprobe.ts";
import { locate } from "../ffmpeg/locate.ts";
import { readHead } from "../ffmpeg/read_head.ts";

/** The beginning of the comment in every file that Reverie makes. */
export const mark = "Reverie";

/** How far into a picture or an HLS header its comment begins at most, in bytes. */
const headSize = 1 << 16;

/** Whether Reverie made this video, animation or picture. */
export async function isMadeHere(path: string): Promise<boolean> {
  return await hasMarkedHead(path) || await hasMarkedTags(path);
}

/** Whether the beginning of a file holds a comment of Reverie, as PNG, JPEG, GIF and MP4 store it. */
export async function hasMarkedHead(path: string): Promise<boolean> {
  try {
    const text = new TextDecoder("latin1").decode(await readHead(path, headSize));
    // After a PNG's or JPEG's keyword, after the header of MP4's data box.
    return /comment(: |\0{5})Reverie|\xa9cmt.{4}data.{8}Reverie/s.test(text);
  } catch {
    return false;
  }
}

async function hasMarkedTags(path: string): Promise<boolean> {
  return (await containerComment(path))?.startsWith(mark) ?? false;
}

/** The comment among a container's tags. Matroska writes the names of tags in capitals. */
export async function containerComment(path: string): Promise<string | undefined> {
  try {
    const { format } = await ffprobe(await locate("ffprobe"), path);
    const tags = Object.entries(format.tags ?? {});
    const comment = tags.find(([name]) => name.toLowerCase() === "comment")?.[1];
    return comment === undefined ? undefined : String(comment);
  } catch {
    return undefined;
  }
}
