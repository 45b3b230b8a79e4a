import { intAttribute, intsAttribute } from "../../models/onnx/model.ts";
import { at, forEachIndex, generate, inside, type NdArray, ndArray, positionOf } from "./nd_array.ts";
import { type Call, input, type Operator, type Operators } from "./operator.ts";
import { slidingWindows } from "./windows.ts";

/**
 * Calls `visit` for every output element with the spatial indices that its window covers, including the
 * padding.
 */
function pool(
  call: Call,
  visit: (channel: number[], window: number[][], position: number) => void,
): number[] {
  const [batch, channels, ...spatial] = input(call, 0).dims;
  const windows = slidingWindows(call.node, spatial, intsAttribute(call.node, "kernel_shape", []));
  const dims = [batch!, channels!, ...windows.output];
  forEachIndex(dims, ([n, c, ...o], position) => {
    const covered: number[][] = [];
    forEachIndex(windows.kernel, (k) => {
      covered.push(
        k.map((tap, axis) =>
          o[axis]! * windows.strides[axis]! + tap * windows.dilations[axis]! - windows.begin[axis]!
        ),
      );
    });
    visit([n!, c!], covered, position);
  });
  return dims;
}

/** The largest element of each window; the second output is its position in the whole flattened input. */
function maxPool(call: Call): NdArray[] {
  const x = input(call, 0);
  const spatial = x.dims.slice(2);
  const values: number[] = [];
  const indices: number[] = [];
  const dims = pool(call, (channel, window) => {
    let best = -Infinity;
    let where = -1;
    for (const index of window) {
      if (!inside(spatial, index)) continue;
      const value = at(x, [...channel, ...index]);
      if (value > best) [best, where] = [value, positionOf(x.dims, [...channel, ...index])];
    }
    values.push(best);
    indices.push(where);
  });
  return [ndArray(dims, values), ndArray(dims, indices)];
}

/**
 * The mean of each window. The padding counts as zeros if count_include_pad is set; the part of a last
 * ceil_mode window beyond the padding never counts.
 */
function averagePool(call: Call): NdArray[] {
  const x = input(call, 0);
  const spatial = x.dims.slice(2);
  const kernel = intsAttribute(call.node, "kernel_shape", []);
  const { begin, end } = slidingWindows(call.node, spatial, kernel);
  const includePadding = intAttribute(call.node, "count_include_pad", 0) === 1;
  const padded = (index: number[]) =>
    index.every((i, axis) => i >= -begin[axis]! && i < spatial[axis]! + end[axis]!);
  const values: number[] = [];
  const dims = pool(call, (channel, window) => {
    let [sum, count] = [0, 0];
    for (const index of window) {
      if (inside(spatial, index)) sum += at(x, [...channel, ...index]);
      if (includePadding ? padded(index) : inside(spatial, index)) count++;
    }
    values.push(sum / count);
  });
  return [ndArray(dims, values)];
}

/** The p-norm of each window. */
function lpPool(call: Call): NdArray[] {
  const x = input(call, 0);
  const spatial = x.dims.slice(2);
  const p = intAttribute(call.node, "p", 2);
  const values: number[] = [];
  const dims = pool(call, (channel, window) => {
    const powers = window.map((index) =>
      inside(spatial, index) ? Math.abs(at(x, [...channel, ...index])) ** p : 0
    );
    values.push(powers.reduce((a, b) => a + b) ** (1 / p));
  });
  return [ndArray(dims, values)];
}

function globalPool(combine: (values: number[]) => number): Operator {
  return (call) => {
    const x = input(call, 0);
    const [batch, channels, ...spatial] = x.dims;
    return [generate([batch!, channels!, ...spatial.map(() => 1)], ([n, c]) => {
      const values: number[] = [];
      forEachIndex(spatial, (index) => values.push(at(x, [n!, c!, ...index])));
      return combine(values);
    })];
  };
}

/** Pools over any number of spatial axes. */
export const pooling: Operators = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool((values) => values.reduce((a, b) => a + b) / values.length),
  LpPool: lpPool,
  GlobalLpPool: (call) => {
    const p = intAttribute(call.node, "p", 2);
    return globalPool((values) => values.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p))(call);
  },
  GlobalMaxPool: globalPool((values) => Math.max(...values)),
};
