import sharp, { type Metadata } from "sharp";
import type { Orientation } from "./source_info.ts";

// The same path may hold a different picture the next time.
sharp.cache(false);

/** Meaning of the eight values of EXIF tag 0x0112, from 1. */
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
 * The orientation of a JPEG by its EXIF data; upright if it states none or libvips cannot read it. ffmpeg is
 * not used because its versions disagree on whether and how they report it.
 */
export async function exifOrientation(path: string): Promise<Orientation> {
  const metadata: Promise<Partial<Metadata>> = sharp(path, { limitInputPixels: false }).metadata();
  const { orientation = 1 } = await metadata.catch(() => ({} as Partial<Metadata>));
  return orientations[orientation - 1]!;
}
