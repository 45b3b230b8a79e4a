import type { Picture } from "../flow.ts";

/** A grey picture, [height, width]. */
export interface GreyImage {
  width: number;
  height: number;
  /** Row by row, 0 (black) to 255. */
  values: Float32Array;
}

/** The luma of a picture (ITU-R BT.601), 0 to 255. Always a new array. */
export function toGrey({ width, height, pixels }: Picture): GreyImage {
  const count = width * height;
  if (pixels.length !== 3 * count) {
    throw new RangeError(`a picture of ${width}x${height} needs ${3 * count} values, not ${pixels.length}`);
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = 255 * (0.299 * pixels[i]! + 0.587 * pixels[count + i]! + 0.114 * pixels[2 * count + i]!);
  }
  return { width, height, values };
}
