import type { ElementType, Tensor } from "../model.ts";
import { zeros } from "./strided.ts";

const int64Range = [-(2n ** 63n), 2n ** 63n - 1n] as const;

function toInt64(value: number): bigint {
  if (!Number.isFinite(value)) return value > 0 ? int64Range[1] : int64Range[0];
  const whole = BigInt(Math.trunc(value));
  // 2^63 - 1 stands for "to the end" in slices; as a JavaScript number it is rounded up to 2^63.
  return whole > int64Range[1] ? int64Range[1] : whole < int64Range[0] ? int64Range[0] : whole;
}

/** A tensor of JavaScript numbers, rounded to its element type. float16 is not supported. */
export function tensorOf(type: ElementType, dims: number[], values: ArrayLike<number>): Tensor {
  const data = zeros(type, values.length);
  if (data instanceof BigInt64Array) {
    for (let i = 0; i < data.length; i++) data[i] = toInt64(values[i]!);
  } else {
    for (let i = 0; i < data.length; i++) data[i] = values[i]!;
  }
  return { type, dims, data };
}
