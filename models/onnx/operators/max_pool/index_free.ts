import { floatTensor } from "../../model.ts";
import type { GradientContext } from "../gradient_context.ts";
import type { Value } from "../value.ts";
import { type CountedWindows, coveredBy } from "../windows.ts";

/** Smaller than any activation; padding must never win. */
const lowest = -3.4e38;

/**
 * The gradient of MaxPool without its Indices output, for providers that lack it: every tap of the window is compared
 * with the maximum, the first equal one takes the gradient, and a transposed convolution with one-hot kernels puts
 * the taps back to their places.
 */
export function indexFreeMaxPool(c: GradientContext, windows: CountedWindows, grad: Value): Value {
  const { x } = c;
  const { padsBegin } = windows;
  const excess = coveredBy(windows, windows.counts).map((size, axis) =>
    size - padsBegin[axis]! - x.spatial[axis]!
  );
  const [before, after] = [[0, 0, ...padsBegin], [0, 0, ...excess.map((size) => Math.max(0, size))]];
  const padded = [...before, ...after].some((pad) => pad > 0) ? x.pad(before, after, lowest) : x;
  return placed(c, tapShares(c, padded, windows, grad), windows)
    .padOrCropSpatial(padsBegin.map((pad) => -pad), excess.map((size) => -size));
}

/** The positions of the window's taps, row-major. */
function tapsOf(kernel: number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, k) => [...tap, k])),
    [[]],
  );
}

/** Each tap's share of the window's gradient, each of the output's shape. */
function tapShares(c: GradientContext, padded: Value, windows: CountedWindows, grad: Value): Value[] {
  const { kernel, strides, dilations, counts } = windows;
  const axes = kernel.map((_, axis) => axis + 2);
  const taps = tapsOf(kernel);
  let left = grad;
  return taps.map((tap, position) => {
    const starts = tap.map((k, axis) => k * dilations[axis]!);
    const ends = starts.map((start, axis) => start + (counts[axis]! - 1) * strides[axis]! + 1);
    const share = left.mul(padded.slice(starts, ends, axes, strides).equal(c.y).indicator());
    if (position < taps.length - 1) left = left.sub(share);
    return share;
  });
}

/** Sums the taps at the places they came from; the result covers all windows, padding included. */
function placed(c: GradientContext, shares: Value[], windows: CountedWindows): Value {
  const { kernel: kernel_shape, strides, dilations, counts } = windows;
  const [batch, channels] = c.x.dims as [number, number];
  const count = shares.length;
  const [first, ...others] = shares.map((share) => share.reshape([batch * channels, 1, ...counts]));
  const identity = Array.from({ length: count * count }, (_, i) => i % (count + 1) === 0 ? 1 : 0);
  const kernel = c.fixed(floatTensor(identity, [count, 1, ...kernel_shape]), "one_hot_taps");
  return first!.concat(others, 1)
    .op("ConvTranspose", [kernel], { kernel_shape, strides, dilations })
    .reshape([batch, channels, ...coveredBy(windows, counts)]);
}
