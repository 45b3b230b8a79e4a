import sharp, { type Metadata } from "sharp";
import type { Orientation } from "./source_info.ts";

// A path may lead to another picture the next time.
sharp.cache(false);

/** What the eight values of EXIF's tag 0x0112 mean, from 1. */
const orientations: Orientation[] = [
  { mirrored: false, clockwise: 0 },
  { mirrored: true, clockwise: 0 },
  { mirrored: false, clockwise: 180 },
  { mirrored: true, clockwise: 180 },
  { mirrored: true, clockwise: 270 },
  { mirrored: false, clockwise: 90 },
  { mirrored: true, clockwise: 90 },
  { mirrored: false, clockwise: 270 },
];

/**
 * Which way a JPEG lies, by its EXIF data; upright where it does not say, or where libvips cannot read it. ffmpeg is not
 * asked because its versions disagree on whether and how they tell it.
 */
export async function exifOrientation(path: string): Promise<Orientation> {
  const metadata: Promise<Partial<Metadata>> = sharp(path, { limitInputPixels: false }).metadata();
  const { orientation = 1 } = await metadata.catch(() => ({} as Partial<Metadata>));
  return orientations[orientation - 1]!;
}
