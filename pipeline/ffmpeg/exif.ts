import type { Orientation } from "./source_info.ts";

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
 * Which way a JPEG lies, by its EXIF data (CIPA DC-008: orientation, tag 0x0112 of the first directory); upright where
 * it does not say. Read here because the versions of ffmpeg disagree on whether and how they tell it.
 */
export async function exifOrientation(path: string): Promise<Orientation> {
  const file = await Deno.open(path);
  try {
    const head = new Uint8Array(256 * 1024);
    let length = 0;
    for (let read; length < head.length && (read = await file.read(head.subarray(length)));) length += read;
    return orientations[orientationValue(head.subarray(0, length)) - 1] ?? orientations[0]!;
  } finally {
    file.close();
  }
}

/** The value of the tag, or 1. */
export function orientationValue(jpeg: Uint8Array): number {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  let position = 2;
  while (position + 10 <= jpeg.length && view.getUint8(position) === 0xff) {
    const marker = view.getUint8(position + 1);
    const size = view.getUint16(position + 2);
    if (marker === 0xda || size < 2) break;
    const isExif = view.getUint32(position + 4) === 0x45786966 && view.getUint16(position + 8) === 0;
    if (marker === 0xe1 && isExif) {
      const end = Math.min(position + 2 + size, jpeg.length);
      return tagInTiff(new DataView(jpeg.buffer, jpeg.byteOffset + position + 10, end - position - 10));
    }
    position += 2 + size;
  }
  return 1;
}

function tagInTiff(tiff: DataView): number {
  try {
    const little = tiff.getUint16(0) === 0x4949;
    const directory = tiff.getUint32(4, little);
    const entries = tiff.getUint16(directory, little);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + entry * 12;
      if (tiff.getUint16(at, little) === 0x0112) return tiff.getUint16(at + 8, little);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}
