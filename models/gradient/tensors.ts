import { arrayType, elementCount, type Tensor, type TensorData } from "../onnx/model.ts";

/** Row-major strides of a shape, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/**
 * A tensor read through a strided view: element `i` of the result lies at `offset + sum(i[axis] * steps[axis])` of the
 * source. Transposes, flips, slices and broadcasts are all such views.
 */
export function strided(source: Tensor, dims: number[], steps: number[], offset = 0): Tensor {
  const data = new (arrayType(source.type))(elementCount(dims)) as TensorData;
  const index = new Array<number>(dims.length).fill(0);
  let from = offset;
  for (let to = 0; to < data.length; to++) {
    data[to] = source.data[from]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      from -= steps[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return { type: source.type, dims, data };
}

/** The tensor with its axes in another order: axis `i` of the result is axis `perm[i]` of the source. */
export function transposed(source: Tensor, perm: number[]): Tensor {
  const strides = stridesOf(source.dims);
  return strided(source, perm.map((axis) => source.dims[axis]!), perm.map((axis) => strides[axis]!));
}
