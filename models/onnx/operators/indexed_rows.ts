import { elementCount, intTensor } from "../model.ts";
import type { GradientContext } from "./gradient_context.ts";
import { stridesOf } from "./strided.ts";
import type { Value } from "./value.ts";

/** What GatherND and ScatterND address: rows of a value that is seen as a matrix. */
export interface IndexedRows {
  /** Number of rows, and of elements in each. */
  rows: number;
  width: number;
  /** The addressed row of each index tuple, int64 [tuples]. */
  addresses: Value;
}

/**
 * The rows of a value of shape `dims` that the tuples along the last axis of `indices` (int64) address. Negative indices
 * count from the back; the first `batchAxes` axes are shared with the indices.
 */
export function indexedRows(
  c: GradientContext,
  dims: number[],
  indices: Value,
  batchAxes = 0,
): IndexedRows {
  const depth = indices.dims.at(-1)!;
  const tuples = elementCount(indices.dims) / depth;
  const addressed = dims.slice(0, batchAxes + depth);
  const sizes = dims.slice(batchAxes, batchAxes + depth);
  const constant = (values: number[], shape: number[]) => c.fixed(intTensor(values, shape));
  const numbers = indices.reshape([tuples, depth]);
  const isNegative = numbers.less(constant([0], []));
  const counted = isNegative.where(numbers.add(constant(sizes, [1, depth])), numbers);
  const within = counted.mul(constant(stridesOf(sizes), [1, depth])).reduceSum([1], 0);
  const batches = elementCount(dims.slice(0, batchAxes));
  const starts = Array.from(
    { length: tuples },
    (_, tuple) => Math.floor(tuple / (tuples / batches)) * elementCount(sizes),
  );
  return {
    rows: elementCount(addressed),
    width: elementCount(dims.slice(batchAxes + depth)),
    addresses: batchAxes === 0 ? within : within.add(constant(starts, [tuples])),
  };
}

/** Adds up the given rows (any shape with that many elements) at their addresses, in a matrix of zeros. */
export function summedRows(
  c: GradientContext,
  values: Value,
  { rows, width, addresses }: IndexedRows,
): Value {
  const tuples = elementCount(addresses.dims);
  const columns = addresses.reshape([tuples, 1]).expand([tuples, width]);
  // Not ScatterND, whose sums may race with each other in onnxruntime's threads.
  return c.zeros([rows, width])
    .op("ScatterElements", [columns, values.reshape([tuples, width])], { axis: 0, reduction: "add" });
}
