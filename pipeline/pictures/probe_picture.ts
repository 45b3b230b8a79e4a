import sharp, { type Metadata } from "sharp";
import { asStored, exifOrientation } from "../ffmpeg/orientation.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";

// The same path may hold a different picture the next time.
sharp.cache(false);

/** Milliseconds that a frame is shown at least; a shorter delay means 100, as in browsers. */
const shortestDelay = 11;

/**
 * What libvips knows about a picture file, or an animated WebP, which is a video.
 *
 * @returns undefined if libvips cannot read it
 */
export async function probePicture(path: string): Promise<SourceInfo | undefined> {
  const options = { limitInputPixels: false, failOn: "none" } as const;
  const metadata: Metadata | undefined = await sharp(path, options).metadata().catch(() => undefined);
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

type Timing = Pick<
  SourceInfo,
  "kind" | "frames" | "framesExact" | "frameRate" | "duration" | "frameDurations"
>;

function timingOf({ format, pages = 1, delay }: Metadata): Timing {
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
  };
}
