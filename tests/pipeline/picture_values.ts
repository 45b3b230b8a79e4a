import type { HostTensor } from "../../models/engine/engine.ts";
import type { Size } from "../../pipeline/graphs/picture.ts";

/** A tensor [1, channels, height, width] computed by a function of channel, row and column. */
export function drawn(
  channels: number,
  { height, width }: Size,
  value: (c: number, y: number, x: number) => number,
) {
  const data = new Float32Array(channels * height * width);
  let index = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[index++] = value(c, y, x);
  }
  return { type: "float32", dims: [1, channels, height, width], data } satisfies HostTensor;
}

/** A smooth coloured pattern in [0, 1] without repetition. */
export function pattern(c: number, y: number, x: number): number {
  return 0.5 + 0.25 * Math.sin(0.31 * x + 0.17 * y + c) + 0.24 * Math.sin(0.23 * y - 0.07 * x * (c + 1));
}

/** The largest difference between two tensors, inside a border of `margin` pixels. */
export function largestDifference(a: HostTensor, b: HostTensor, margin = 0): number {
  const [, channels, height, width] = a.dims as [number, number, number, number];
  let largest = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = margin; y < height - margin; y++) {
      for (let x = margin; x < width - margin; x++) {
        const i = (c * height + y) * width + x;
        largest = Math.max(largest, Math.abs(Number(a.data[i]) - Number(b.data[i])));
      }
    }
  }
  return largest;
}
