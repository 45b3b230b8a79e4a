import type { Picture } from "../../models/flow/flow.ts";
import type { Size } from "../graphs/picture.ts";

/** The size to measure at: the longest side is at most `longest` pixels. */
export function measuredSize({ width, height }: Size, longest: number): Size {
  const factor = Math.min(1, longest / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(length * factor));
  return { width: side(width), height: side(height) };
}

/**
 * Converts interleaved 8-bit RGB to planar float RGB in [0, 1] of another size: each pixel is the mean of the
 * area that it covers in the original.
 */
export function pictureOf(rgb: Uint8Array, from: Size, to: Size): Picture {
  const columns = spans(from.width, to.width), rows = spans(from.height, to.height);
  const plane = to.width * to.height;
  const pixels = new Float32Array(3 * plane);
  // First along the rows: narrow[y][x][channel], at the original height.
  const narrow = new Float32Array(from.height * to.width * 3);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const { start, weights } = columns[x]!;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          sum += weights[tap]! * rgb[(y * from.width + start + tap) * 3 + channel]!;
        }
        narrow[(y * to.width + x) * 3 + channel] = sum / 255;
      }
    }
  }
  for (let y = 0; y < to.height; y++) {
    const { start, weights } = rows[y]!;
    for (let x = 0; x < to.width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) {
          sum += weights[tap]! * narrow[((start + tap) * to.width + x) * 3 + channel]!;
        }
        pixels[channel * plane + y * to.width + x] = sum;
      }
    }
  }
  return { ...to, pixels };
}

/** Which original pixels each new pixel covers, and with what weight; the weights sum to 1. */
function spans(from: number, to: number): { start: number; weights: number[] }[] {
  return Array.from({ length: to }, (_, index) => {
    const low = index * from / to, high = (index + 1) * from / to;
    const start = Math.floor(low), end = Math.min(from, Math.ceil(high - 1e-9));
    const weights = Array.from(
      { length: end - start },
      (_, tap) => (Math.min(high, start + tap + 1) - Math.max(low, start + tap)) / (high - low),
    );
    return { start, weights };
  });
}

/** Luma of planar RGB (ITU-R BT.709), [height, width]. */
export function luma({ width, height, pixels }: Picture): Float32Array {
  const plane = width * height;
  return Float32Array.from(
    { length: plane },
    (_, i) => 0.2126 * pixels[i]! + 0.7152 * pixels[plane + i]! + 0.0722 * pixels[2 * plane + i]!,
  );
}
