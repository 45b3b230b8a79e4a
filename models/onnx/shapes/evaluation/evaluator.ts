import type { ElementType, Tensor } from "../../model.ts";
import type { NodeContext, TensorInfo } from "../context.ts";
import { zeros } from "../strided.ts";

/**
 * Computes a node's outputs from its inputs, all of which are known. The shape rule has described the outputs already.
 * Returns undefined for a variant that it leaves to run time.
 */
export type Evaluator = (node: NodeContext, outputs: TensorInfo[]) => Tensor[] | undefined;

/** The elements of an input that is known. */
export function tensorAt(node: NodeContext, index: number): Tensor {
  const tensor = node.constant(index);
  if (!tensor) throw new Error(`input ${index} is not known`);
  return tensor;
}

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
