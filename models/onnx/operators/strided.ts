import { arrayType, elementCount, type ElementType, type Tensor, type TensorData } from "../model.ts";

/** Row-major strides of a shape, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** Elements of the given type, all zero. */
export function zeros(type: ElementType, count: number): TensorData {
  return new (arrayType(type))(count) as TensorData;
}

/**
 * Calls `visit(position, place)` for every index of a shape in row-major order, where `place` is
 * `offset + sum(index[axis] * steps[axis])`.
 */
export function forEachPlace(
  dims: readonly number[],
  steps: readonly number[],
  offset: number,
  visit: (position: number, place: number) => void,
): void {
  const count = elementCount(dims);
  const index = new Array<number>(dims.length).fill(0);
  let place = offset;
  for (let position = 0; position < count; position++) {
    visit(position, place);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      place -= steps[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
}

/** A new tensor read through a strided view of another: transposes, slices and broadcasts are such views. */
export function strided(source: Tensor, dims: number[], steps: readonly number[], offset = 0): Tensor {
  const data = zeros(source.type, elementCount(dims));
  const from = source.data;
  const run = dims.at(-1) ?? 1, step = steps.at(-1) ?? 0;
  if (data.length === 0) return { type: source.type, dims, data };
  // The last axis in a plain loop: a callback for each element takes several times as long.
  forEachPlace(dims.slice(0, -1), steps.slice(0, -1), offset, (position, place) => {
    for (let i = 0; i < run; i++) data[position * run + i] = from[place + i * step]!;
  });
  return { type: source.type, dims, data };
}

/** Steps that read a tensor as if it were broadcast to another shape. */
export function broadcastSteps(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((_, axis) => axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!);
}

/** The tensor repeated to a shape that it broadcasts to. */
export function broadcastTo(tensor: Tensor, dims: number[]): Tensor {
  return elementCount(tensor.dims) === elementCount(dims)
    ? { ...tensor, dims }
    : strided(tensor, dims, broadcastSteps(tensor.dims, dims));
}

/** The tensor with its axes in another order: axis `i` of the result is axis `perm[i]` of the source. */
export function transposed(source: Tensor, perm: number[]): Tensor {
  const strides = stridesOf(source.dims);
  return strided(source, perm.map((axis) => source.dims[axis]!), perm.map((axis) => strides[axis]!));
}
