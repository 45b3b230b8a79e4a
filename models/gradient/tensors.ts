import type { Tensor } from "../onnx/model.ts";
import { strided, stridesOf } from "../onnx/shapes/strided.ts";

/** The tensor with its axes in another order: axis `i` of the result is axis `perm[i]` of the source. */
export function transposed(source: Tensor, perm: number[]): Tensor {
  const strides = stridesOf(source.dims);
  return strided(source, perm.map((axis) => source.dims[axis]!), perm.map((axis) => strides[axis]!));
}
