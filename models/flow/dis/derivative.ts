import type { GreyImage } from "./grey.ts";

/** The derivative to the right by central differences, per pixel; edge pixels are repeated beyond the border. */
export function derivativeX({ width, height, values }: GreyImage): Float32Array {
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const first = y * width;
    const last = first + width - 1;
    for (let i = first + 1; i < last; i++) result[i] = 0.5 * (values[i + 1]! - values[i - 1]!);
    if (width > 1) {
      result[first] = 0.5 * (values[first + 1]! - values[first]!);
      result[last] = 0.5 * (values[last]! - values[last - 1]!);
    }
  }
  return result;
}

/** The derivative downwards by central differences, per pixel; edge pixels are repeated beyond the border. */
export function derivativeY({ width, height, values }: GreyImage): Float32Array {
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = Math.max(y - 1, 0) * width;
    const below = Math.min(y + 1, height - 1) * width;
    for (let x = 0; x < width; x++) result[row + x] = 0.5 * (values[below + x]! - values[above + x]!);
  }
  return result;
}
