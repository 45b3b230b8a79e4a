import sharp, { type Metadata } from "sharp";
import { asStored, exifOrientation } from "../ffmpeg/orientation.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";

// The same path may hold a different picture the next time.
sharp.cache(false);

/** Options for files that are large or slightly damaged. */
const lenient = { limitInputPixels: false, failOn: "none" } as const;

/** Milliseconds that a frame is shown at least; a shorter delay means 100, as in browsers. */
const shortestDelay = 11;

/**
 * What libvips knows about a picture file, or an animated WebP, which is a video.
 *
 * @returns undefined if libvips cannot read it
 */
export async function probePicture(path: string): Promise<SourceInfo | undefined> {
  const metadata: Metadata | undefined = await sharp(path, lenient).metadata().catch(() => undefined);
  // The prebuilt libvips knows HEVC's pictures but cannot decode them.
  if (!metadata || metadata.compression === "hevc") return undefined;
  // Browsers and ffmpeg ignore the EXIF data of WebP.
  const orientation = metadata.format === "webp" ? asStored : exifOrientation(metadata.orientation);
  const height = metadata.pageHeight ?? metadata.height;
  const turned = orientation.clockwise % 180 !== 0;
  return {
    path,
    reader: "libvips",
    container: metadata.format,
    codec: metadata.format,
    pixelFormat: "rgb24",
    stream: 0,
    width: turned ? height : metadata.width,
    height: turned ? metadata.width : height,
    // Browsers ignore the density of a picture file.
    sampleAspect: { num: 1, den: 1 },
    orientation,
    ...timingOf(metadata),
    startTime: 0,
    interlaced: false,
    alpha: metadata.hasAlpha,
    colour: {},
    labels: {},
    chapters: [],
    notes: [],
  };
}

/** How many times a GIF is shown, 0 for ever; undefined if libvips cannot read it. ffprobe does not tell. */
export async function gifPlays(path: string): Promise<number | undefined> {
  const { loop } = await sharp(path, lenient).metadata().catch((): Partial<Metadata> => ({}));
  return loop;
}

type Timing = Pick<
  SourceInfo,
  "kind" | "frames" | "framesExact" | "frameRate" | "duration" | "frameDurations" | "plays"
>;

function timingOf({ format, pages = 1, delay, loop }: Metadata): Timing {
  if (format !== "webp" || pages < 2) {
    return {
      kind: "picture",
      frames: 1,
      framesExact: true,
      frameRate: { num: 25, den: 1 },
      duration: 1 / 25,
    };
  }
  const delays = Array.from({ length: pages }, (_, page) => {
    const told = delay?.[page] ?? 0;
    return told < shortestDelay ? 100 : told;
  });
  return {
    kind: "video",
    frames: pages,
    framesExact: true,
    frameRate: { num: 1000, den: Math.min(...delays) },
    duration: delays.reduce((sum, one) => sum + one, 0) / 1000,
    frameDurations: delays.map((one) => one / 1000),
    ...(loop !== undefined && { plays: loop }),
  };
}
