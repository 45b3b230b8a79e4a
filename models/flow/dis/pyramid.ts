/**
 * The image pyramid of one picture. It serves both directions of a pair, so everything that depends on one picture
 * alone is computed here, once.
 */
import { derivativeX, derivativeY } from "./derivative.ts";
import type { GreyImage } from "./grey.ts";
import { PATCH_SIZE } from "./parameters.ts";

/** One size of a picture, with its gradients. */
export interface Level extends GreyImage {
  gradientX: Float32Array;
  gradientY: Float32Array;
  bordered: BorderedImage;
}

/** An image whose edge pixels are repeated beyond the border, so that patches may extend past it without checks. */
export interface BorderedImage {
  /** [height + 2 BORDER, stride]; pixel (x, y) of the image is at (y + BORDER) * stride + x + BORDER. */
  values: Float32Array;
  stride: number;
}

/** Pixels added on each side of a {@link BorderedImage}. */
export const BORDER = PATCH_SIZE + 4;

/** Levels from full size (index 0) down to the size at which a few patches span the picture. */
export function buildPyramid(image: GreyImage): Level[] {
  const levels = [buildLevel(image)];
  for (let i = 1; i < levelCount(image.width, image.height); i++) {
    levels.push(buildLevel(half(levels[i - 1]!)));
  }
  return levels;
}

/** On the coarsest level the longer side has about four patches, and the shorter one at least one. */
function levelCount(width: number, height: number): number {
  const byLength = Math.log2(Math.max(width, height) / (4 * PATCH_SIZE)) + 0.5;
  const byBreadth = Math.log2(Math.min(width, height) / PATCH_SIZE);
  return 1 + Math.max(0, Math.floor(Math.min(byLength, byBreadth)));
}

function buildLevel(image: GreyImage): Level {
  return {
    ...image,
    gradientX: derivativeX(image),
    gradientY: derivativeY(image),
    bordered: withBorder(image),
  };
}

/** Half the size, rounded up, by the mean of 2 x 2 pixels; an odd last row or column is repeated. */
export function half({ width, height, values }: GreyImage): GreyImage {
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const result = new Float32Array(halfWidth * halfHeight);
  for (let y = 0; y < halfHeight; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < halfWidth; x++) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      result[y * halfWidth + x] = 0.25 *
        (values[upper + left]! + values[upper + right]! + values[lower + left]! + values[lower + right]!);
    }
  }
  return { width: halfWidth, height: halfHeight, values: result };
}

function withBorder({ width, height, values }: GreyImage): BorderedImage {
  const stride = width + 2 * BORDER;
  const result = new Float32Array((height + 2 * BORDER) * stride);
  for (let row = 0; row < height + 2 * BORDER; row++) {
    const y = Math.min(Math.max(row - BORDER, 0), height - 1);
    const start = row * stride;
    result.fill(values[y * width]!, start, start + BORDER);
    result.set(values.subarray(y * width, (y + 1) * width), start + BORDER);
    result.fill(values[(y + 1) * width - 1]!, start + BORDER + width, start + stride);
  }
  return { values: result, stride };
}
