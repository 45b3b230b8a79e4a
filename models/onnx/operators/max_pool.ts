import { elementCount } from "../model.ts";
import { reluGradient } from "./activations.ts";
import type { GradientContext } from "./gradient_context.ts";
import { hasMaxPoolCodes, isPaddedBefore, maxPoolCodes, type MaxPoolPositions } from "./max_pool/codes.ts";
import { indexFreeMaxPool } from "./max_pool/index_free.ts";
import { hasMaxPoolStages, stagedMaxPool } from "./max_pool/stages.ts";
import type { GradientRule, Operator, ShapeRule } from "./operator.ts";
import { pooled, spelledOutWindows } from "./pooling.ts";
import type { Value } from "./value.ts";
import { extentsOf, type Windows } from "./windows.ts";

const shape: ShapeRule = (c) => {
  const info = pooled(c);
  return [info, { type: "int64", dims: info.dims }];
};

/** The largest element of each window takes the window's gradient (the first of equal ones). */
const gradient: GradientRule = (c) => {
  const windows = spelledOutWindows(c);
  const grad = c.stopsForRelu() ? reluGradient(c) : c.grad;
  switch (c.forms.maxPool) {
    case "indexFree":
      return indexFreeMaxPool(c, windows, grad);
    case "indices":
      return scatter(c, windows, indicesOf(c), grad);
    case "codes":
      if (hasMaxPoolStages(c, windows)) return c.value(stagedMaxPool(c, windows, grad.name));
      if (hasMaxPoolCodes(c, windows)) {
        // Where windows begin in the padding, the code of a maximum that is not positive may be wrong.
        const known = isPaddedBefore(windows) && !c.stopsForRelu() ? reluGradient(c) : grad;
        return scatter(c, windows, maxPoolCodes(c, windows), known);
      }
      return scatter(c, windows, indicesOf(c), grad);
  }
};

/** The positions of the maxima from MaxPool's Indices output. */
const indicesOf = (c: GradientContext): MaxPoolPositions => ({
  rows: [elementCount(c.x.dims)],
  indices: c.demandOutput(1).name,
});

/** Adds each window's gradient at its index in a row; the rows together form the input. */
function scatter(
  c: GradientContext,
  windows: Windows,
  { rows, indices }: MaxPoolPositions,
  grad: Value,
): Value {
  const flat = [...rows.slice(0, -1), -1];
  const disjoint = extentsOf(windows).every((extent, axis) => windows.strides[axis]! >= extent);
  const attributes = { axis: rows.length - 1, ...(disjoint ? {} : { reduction: "add" }) };
  return c.zeros(rows)
    .op("ScatterElements", [c.value(indices).reshape(flat), grad.reshape(flat)], attributes)
    .reshape(c.x.dims);
}

/** The largest element of each window and, on demand, its index. */
export const maxPool: Operator = { shape, gradient };
