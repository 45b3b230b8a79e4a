import { elementCount, floatTensor, intAttribute, intsAttribute } from "../../onnx/model.ts";
import { indicator, scale, zeros } from "../broadcast.ts";
import { padOrCropSpatial } from "../pad.ts";
import type { Rule, RuleContext } from "../registry.ts";
import { type Windows, windowsOf } from "../windows.ts";
import { hasMaxPoolCodes, isPaddedBefore, maxPoolCodes, type MaxPoolPositions } from "./max_pool_codes.ts";
import { indexFreeMaxPool } from "./max_pool_index_free.ts";
import { hasMaxPoolStages, stagedMaxPool } from "./max_pool_stages.ts";
import { reluGradient } from "./relu.ts";

const spatial = (dims: number[]): number[] => dims.slice(2);

function poolWindows(c: RuleContext): Windows {
  const kernel = intsAttribute(c.node, "kernel_shape", []);
  const wide = spatial(c.shape(c.node.inputs[0]!));
  const narrow = spatial(c.shape(c.node.outputs[0]!));
  const windows = windowsOf(c.node, kernel, wide, narrow);
  if (intAttribute(c.node, "ceil_mode", 0) === 1) spellOutPadding(c, windows, wide, narrow);
  return windows;
}

/**
 * With ceil_mode, a last window that would begin in the padding is dropped. onnxruntime's kernels know that, but its
 * shape inference counts the window and refuses the graph; the same pool with explicit padding has no such doubt.
 */
function spellOutPadding(c: RuleContext, windows: Windows, wide: number[], narrow: number[]): void {
  const { strides, padsBegin, padsEnd } = windows;
  const extent = windows.kernel.map((size, axis) => (size - 1) * windows.dilations[axis]! + 1);
  const counted = wide.map((size, axis) =>
    Math.ceil((size + padsBegin[axis]! + padsEnd[axis]! - extent[axis]!) / strides[axis]!) + 1
  );
  if (counted.every((count, axis) => count === narrow[axis])) return;
  const end = narrow.map((count, axis) =>
    Math.max(0, (count - 1) * strides[axis]! + extent[axis]! - wide[axis]! - padsBegin[axis]!)
  );
  // A larger padding would change what count_include_pad divides by.
  const divides = intAttribute(c.node, "count_include_pad", 0) === 1;
  if (divides && end.some((amount, axis) => amount > padsEnd[axis]!)) return;
  c.changeAttributes({
    ceil_mode: { kind: "int", value: 0 },
    pads: { kind: "ints", value: [...padsBegin, ...end] },
  });
}

/** MaxPool: the largest element of each window takes the window's gradient (the first of equal ones). */
const maxPool: Rule = (c) => {
  const windows = poolWindows(c);
  const positive = () => reluGradient(c, c.grads[0]!, c.node.outputs[0]!);
  const grad = c.stopsForRelu() ? positive() : c.grads[0]!;
  if (c.options.maxPoolIndices === false) return [indexFreeMaxPool(c, windows, grad)];
  const dims = c.shape(c.node.inputs[0]!);
  if (hasMaxPoolStages(c, windows)) return [stagedMaxPool(c, windows, grad)];
  if (hasMaxPoolCodes(c, windows)) {
    // What codes say of a maximum that is not positive may be wrong where windows begin in the padding.
    const known = isPaddedBefore(windows) && !c.stopsForRelu() ? positive() : grad;
    return [scatter(c, windows, maxPoolCodes(c, windows), known)];
  }
  const positions = { rows: [elementCount(dims)], indices: c.demandOutput(1) };
  return [scatter(c, windows, positions, grad)];
};

/** Adds each window's gradient at its index into a row; the rows together are the input. */
function scatter(
  c: RuleContext,
  windows: Windows,
  { rows, indices }: MaxPoolPositions,
  grad: string,
): string {
  const flat = (value: string) => c.g.reshape(value, [...rows.slice(0, -1), -1]);
  const disjoint = windows.kernel.every((size, axis) =>
    windows.strides[axis]! > (size - 1) * windows.dilations[axis]!
  );
  const attributes = { axis: rows.length - 1, ...(disjoint ? {} : { reduction: "add" }) };
  const sum = c.g.op("ScatterElements", [zeros(c, rows), flat(indices), flat(grad)], attributes);
  return c.g.reshape(sum, c.shape(c.node.inputs[0]!));
}

/** For each output along one axis: how many elements its window divides by. */
function divisors(
  windows: Windows,
  axis: number,
  size: number,
  count: number,
  includePad: boolean,
): number[] {
  const { kernel, strides, padsBegin, padsEnd } = windows;
  const [low, high] = includePad ? [-padsBegin[axis]!, size + padsEnd[axis]!] : [0, size];
  return Array.from({ length: count }, (_, index) => {
    const start = index * strides[axis]! - padsBegin[axis]!;
    return Math.min(start + kernel[axis]!, high) - Math.max(start, low);
  });
}

/** The gradient divided by the size of each window, times `factor`. */
function dividedGradient(c: RuleContext, windows: Windows, factor: number): string {
  const wide = spatial(c.shape(c.node.inputs[0]!));
  const narrow = spatial(c.shape(c.node.outputs[0]!));
  const includePad = intAttribute(c.node, "count_include_pad", 0) === 1;
  const counts = narrow.map((count, axis) => divisors(windows, axis, wide[axis]!, count, includePad));
  if (counts.every((axis) => axis.every((count) => count === axis[0]))) {
    return scale(c, c.grads[0]!, factor / counts.reduce((product, axis) => product * axis[0]!, 1));
  }
  let weights = [factor];
  for (const axis of counts) weights = weights.flatMap((weight) => axis.map((count) => weight / count));
  return c.g.mul(c.grads[0]!, c.g.constant(floatTensor(weights, [1, 1, ...narrow]), "window_weights"));
}

/** AveragePool: every element of a window takes an equal share of the window's gradient. */
const averagePool: Rule = (c) => {
  const windows = poolWindows(c);
  const dims = c.shape(c.node.inputs[0]!);
  const area = elementCount(windows.kernel);
  if (windows.strides.every((stride) => stride === 1)) {
    const mirrored = (pads: number[]) => pads.map((pad, axis) => windows.kernel[axis]! - 1 - pad);
    const pads = [...mirrored(windows.padsBegin), ...mirrored(windows.padsEnd)];
    const attributes = { kernel_shape: windows.kernel, pads, count_include_pad: 1 };
    return [c.g.op("AveragePool", [dividedGradient(c, windows, area)], attributes)];
  }
  const share = dividedGradient(c, windows, 1);
  const tiles = windows.kernel.every((size, axis) =>
    size === windows.strides[axis] && windows.padsBegin[axis] === 0
  );
  return [tiles ? repeated(c, share, windows, dims) : spread(c, share, windows, dims)];
};

/** Windows side by side: each gradient is repeated over its window. */
function repeated(c: RuleContext, share: string, { kernel }: Windows, dims: number[]): string {
  const out = c.shape(c.node.outputs[0]!);
  const scales = c.g.floats([1, 1, ...kernel]);
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  const grown = c.g.op("Resize", [share, "", scales], attributes);
  const full = [out[0]!, out[1]!, ...kernel.map((size, axis) => size * out[axis + 2]!)];
  return padOrCropSpatial(
    c,
    grown,
    full,
    kernel.map(() => 0),
    kernel.map((_, axis) => dims[axis + 2]! - full[axis + 2]!),
  );
}

/** Overlapping windows with a stride: a transposed convolution, channel by channel, with ones. */
function spread(c: RuleContext, share: string, windows: Windows, dims: number[]): string {
  const out = c.shape(c.node.outputs[0]!);
  const channels = dims[1]!;
  const kernel = [channels, 1, ...windows.kernel];
  const ones = c.g.constant(floatTensor(new Float32Array(elementCount(kernel)).fill(1), kernel), "ones");
  const covered = windows.kernel.map((size, axis) => (out[axis + 2]! - 1) * windows.strides[axis]! + size);
  const whole = c.g.op("ConvTranspose", [share, ones], {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    group: channels,
  });
  const after = covered.map((size, axis) => dims[axis + 2]! - (size - windows.padsBegin[axis]!));
  return padOrCropSpatial(
    c,
    whole,
    [dims[0]!, channels, ...covered],
    windows.padsBegin.map((pad) => -pad),
    after,
  );
}

const globalAveragePool: Rule = (c) => {
  const dims = c.shape(c.node.inputs[0]!);
  const share = scale(c, c.grads[0]!, 1 / elementCount(spatial(dims)));
  return [c.g.op("Expand", [share, c.g.ints(...dims)])];
};

/** Equal maxima share the gradient. */
const globalMaxPool: Rule = (c) => {
  const axes = spatial(c.shape(c.node.inputs[0]!)).map((_, axis) => axis + 2);
  const chosen = indicator(c, c.g.op("Equal", [c.node.inputs[0]!, c.node.outputs[0]!]));
  return [c.g.mul(chosen, c.g.div(c.grads[0]!, c.g.reduceSum(chosen, axes)))];
};

/** Pools. */
export const poolingRules: Record<string, Rule> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
