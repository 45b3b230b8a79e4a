import sharp, { type SharpOptions } from "sharp";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import type { SourceFrame } from "../frame.ts";

/** Options of {@link decodePicture}. */
export interface DecodePictureOptions {
  /** Seconds from the start at which to begin, 0 or more. */
  from?: number;
  /** Seconds to decode, above 0. Default: to the end. */
  duration?: number;
  /** Called with one line if part of the file cannot be read. */
  onWarning?: (message: Line) => void;
}

/** Bytes of the frames of an animation that are decoded at once; at least one frame is. */
const bytesAtOnce = 64e6;

/** Seconds; frames are at whole milliseconds. */
const epsilon = 1e-6;

/**
 * The frames of a file that libvips reads: upright, in sRGB, transparency over black.
 *
 * @throws {ReverieError} if no frame can be decoded
 */
export async function* decodePicture(
  source: SourceInfo,
  options: DecodePictureOptions = {},
): AsyncGenerator<SourceFrame> {
  const { path, width, height } = source;
  const { from = 0, duration: part = Infinity } = source.kind === "video" ? options : {};
  const durations = source.frameDurations ?? [source.duration];
  const starts = durations.map(startsAfter());
  const inPart = (start: number) => start >= from - epsilon && start < from + part - epsilon;
  const first = starts.findIndex(inPart), last = starts.findLastIndex(inPart);
  if (first < 0) {
    const long = source.duration.toFixed(2);
    throw new ReverieError(
      "unusable_video",
      line`${{ path }} has no frame at ${from} s: it is ${long} s long`,
    );
  }
  const size = width * height * 3;
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / size));
  for (let page = first; page <= last; page += atOnce) {
    const pages = Math.min(atOnce, last + 1 - page);
    const frames = await readPages(source, page, pages, options);
    for (let at = 0; at < pages; at++) {
      yield {
        index: page + at - first,
        pts: starts[page + at]! - from,
        duration: durations[page + at]!,
        width,
        height,
        // A copy, so that a frame that is kept does not keep its neighbours.
        rgb: pages === 1 ? frames : frames.slice(at * size, (at + 1) * size),
      };
    }
  }
}

/** Maps each duration to the sum of those before it. */
function startsAfter(): (duration: number) => number {
  let sum = 0;
  return (duration) => (sum += duration) - duration;
}

/** Some frames of a file, one below the other. What a damaged file lacks is grey or black. */
async function readPages(
  source: SourceInfo,
  page: number,
  pages: number,
  { onWarning }: DecodePictureOptions,
): Promise<Uint8Array> {
  const { path } = source;
  const range = source.kind === "video" ? { page, pages } : {};
  try {
    return await read(source, { ...range, failOn: "truncated" });
  } catch (cause) {
    const damaged = line`${{ path }} is damaged: ${reasonOf(cause).split("\n")[0]!}`;
    try {
      const frames = await read(source, { ...range, failOn: "none" });
      onWarning?.(damaged);
      return frames;
    } catch {
      throw new ReverieError("unusable_video", damaged, { cause });
    }
  }
}

async function read({ path, orientation }: SourceInfo, options: SharpOptions): Promise<Uint8Array> {
  const stored = sharp(path, { ...options, limitInputPixels: false, sequentialRead: true });
  const asIs = !orientation.mirrored && orientation.clockwise === 0;
  return await (asIs ? stored : stored.autoOrient()).flatten({ background: "black" })
    .toColourspace("srgb").removeAlpha().raw({ depth: "uchar" }).toBuffer();
}
