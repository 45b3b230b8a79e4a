import { elementCount, numbersOf, type Tensor } from "../../models/onnx/model.ts";

/** A dense row-major array of float64, which also holds integers and booleans (0 or 1). */
export interface NdArray {
  dims: number[];
  data: Float64Array;
}

/**
 * An array with the given shape and elements.
 *
 * @throws {RangeError} if they do not match
 */
export function ndArray(dims: readonly number[], values: ArrayLike<number>): NdArray {
  if (elementCount(dims) !== values.length) {
    throw new RangeError(`${values.length} values do not fill [${dims}]`);
  }
  return { dims: [...dims], data: Float64Array.from(values) };
}

/** A constant of a model as float64. */
export function fromTensor(tensor: Tensor): NdArray {
  return ndArray(tensor.dims, numbersOf(tensor));
}

/** The distance between neighbours along each axis in row-major order, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** Calls `visit` with every index of a shape in row-major order. The index array is reused between calls. */
export function forEachIndex(
  dims: readonly number[],
  visit: (index: number[], position: number) => void,
): void {
  const count = elementCount(dims);
  const index = new Array<number>(dims.length).fill(0);
  for (let position = 0; position < count; position++) {
    visit(index, position);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The array of the given shape whose element at each index is `value(index)`. */
export function generate(dims: readonly number[], value: (index: number[]) => number): NdArray {
  const data = new Float64Array(elementCount(dims));
  forEachIndex(dims, (index, position) => data[position] = value(index));
  return { dims: [...dims], data };
}

/** The position of an index in the array's data. */
export function positionOf(dims: readonly number[], index: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < dims.length; axis++) position = position * dims[axis]! + index[axis]!;
  return position;
}

/** The element at a valid index. */
export function at({ dims, data }: NdArray, index: readonly number[]): number {
  return data[positionOf(dims, index)]!;
}

/** Whether an index lies inside a shape. */
export function inside(dims: readonly number[], index: readonly number[]): boolean {
  return dims.every((size, axis) => index[axis]! >= 0 && index[axis]! < size);
}

/** The array with `f` applied to every element. */
export function map({ dims, data }: NdArray, f: (value: number) => number): NdArray {
  return { dims: [...dims], data: data.map(f) };
}

/** The same elements under another shape. */
export function reshaped({ data }: NdArray, dims: readonly number[]): NdArray {
  return ndArray(dims, data);
}

/**
 * The shape that two shapes broadcast to (numpy's rule).
 *
 * @throws {RangeError} if they do not broadcast
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`[${a}] and [${b}] do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** The array repeated to a shape that it broadcasts to. */
export function broadcastTo(array: NdArray, dims: readonly number[]): NdArray {
  const missing = dims.length - array.dims.length;
  const strides = stridesOf(array.dims).map((stride, axis) => array.dims[axis] === 1 ? 0 : stride);
  return generate(dims, (index) => {
    let position = 0;
    for (let axis = 0; axis < strides.length; axis++) position += strides[axis]! * index[axis + missing]!;
    return array.data[position]!;
  });
}

/**
 * An axis counted from the front; negative axes count from the back.
 *
 * @throws {RangeError} if the axis is outside the rank
 */
export function normalizeAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw new RangeError(`axis ${axis} is outside rank ${rank}`);
  return positive;
}
