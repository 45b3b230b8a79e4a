import { floatTensor } from "../../onnx/model.ts";
import { indicator } from "../broadcast.ts";
import { padOrCropSpatial } from "../pad.ts";
import type { RuleContext } from "../registry.ts";
import type { Windows } from "../windows.ts";

/** Smaller than any activation; padding must never win. */
const lowest = -3.4e38;

/**
 * The gradient of MaxPool without its Indices output, for providers that lack it: every tap of the window is compared
 * with the maximum, the first equal one takes the gradient, and a transposed convolution with one-hot kernels puts
 * the taps back to their places.
 */
export function indexFreeMaxPool(c: RuleContext, windows: Windows, grad: string): string {
  const [x, y] = [c.node.inputs[0]!, c.node.outputs[0]!];
  const dims = c.shape(x);
  const out = c.shape(y);
  const covered = windows.kernel.map((size, axis) =>
    (out[axis + 2]! - 1) * windows.strides[axis]! + (size - 1) * windows.dilations[axis]! + 1
  );
  const after = covered.map((size, axis) => Math.max(0, size - windows.padsBegin[axis]! - dims[axis + 2]!));
  const pads = [0, 0, ...windows.padsBegin, 0, 0, ...after];
  const padded = pads.some((pad) => pad > 0) ? c.g.op("Pad", [x, c.g.ints(...pads), c.g.scalar(lowest)]) : x;
  const shares = tapShares(c, padded, windows, out, grad);
  const placed = placeTaps(c, shares, windows, dims[1]!, out);
  const excess = covered.map((size, axis) => dims[axis + 2]! + windows.padsBegin[axis]! - size);
  return padOrCropSpatial(
    c,
    placed,
    [dims[0]!, dims[1]!, ...covered],
    windows.padsBegin.map((pad) => -pad),
    excess,
  );
}

/** The positions of the window's taps, row-major. */
function tapsOf(kernel: number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, k) => [...tap, k])),
    [[]],
  );
}

/** What each tap takes of the window's gradient, each of the output's shape. */
function tapShares(c: RuleContext, padded: string, windows: Windows, out: number[], grad: string): string[] {
  const { g } = c;
  const axes = windows.kernel.map((_, axis) => axis + 2);
  const taps = tapsOf(windows.kernel);
  let left = grad;
  return taps.map((tap, position) => {
    const starts = tap.map((k, axis) => k * windows.dilations[axis]!);
    const ends = starts.map((start, axis) => start + (out[axis + 2]! - 1) * windows.strides[axis]! + 1);
    const values = g.slice(padded, starts, ends, axes, windows.strides);
    const share = g.mul(left, indicator(c, g.op("Equal", [values, c.node.outputs[0]!])));
    if (position < taps.length - 1) left = g.sub(left, share);
    return share;
  });
}

/** Sums the taps at the places they came from; the result covers all windows, padding included. */
function placeTaps(
  c: RuleContext,
  shares: string[],
  windows: Windows,
  channels: number,
  out: number[],
): string {
  const { g } = c;
  const count = shares.length;
  const folded = shares.map((share) => g.reshape(share, [out[0]! * channels, 1, ...out.slice(2)]));
  const identity = Array.from({ length: count * count }, (_, i) => i % (count + 1) === 0 ? 1 : 0);
  const kernel = g.constant(floatTensor(identity, [count, 1, ...windows.kernel]), "one_hot_taps");
  const placed = g.op("ConvTranspose", [g.concat(folded, 1), kernel], {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    dilations: windows.dilations,
  });
  const covered = windows.kernel.map((size, axis) =>
    (out[axis + 2]! - 1) * windows.strides[axis]! + (size - 1) * windows.dilations[axis]! + 1
  );
  return g.reshape(placed, [out[0]!, channels, ...covered]);
}
