import { floatTensor } from "../../model.ts";
import { isBlocked } from "../blocked.ts";
import type { GradientContext } from "../gradient_context.ts";
import type { Windows } from "../windows.ts";
import { isPositive } from "../activations.ts";

/** Above this, a float32 cannot represent every integer. */
const largestIndex = 1 << 24;

/** The positions of the windows' maxima. */
export interface MaxPoolPositions {
  /** The input's elements as one row or as several. */
  rows: number[];
  /** For each window the first largest element's int32 index into its row; of the pool's output shape. */
  indices: string;
}

/**
 * Whether {@link maxPoolCodes} applies: it needs channels that fill blocks, small windows, and no padding
 * that could be mistaken for a maximum. A convolution pads with zeros; at the end of an axis they come after
 * the elements that they might equal, and before the first element they only win if the maximum is not
 * positive.
 */
export function hasMaxPoolCodes(c: GradientContext, windows: Windows): boolean {
  const dims = c.shape(c.node.inputs[0]!);
  return isBlocked(c, dims) && windows.kernel.every((size) => size > 1 && size <= 4) &&
    dims[2]! * dims[3]! < largestIndex && (!isPaddedBefore(windows) || c.onlyPositiveMatters());
}

/**
 * Whether some windows begin in the padding. The code of such a window is invalid if its maximum is not
 * positive.
 */
export function isPaddedBefore({ padsBegin }: Windows): boolean {
  return padsBegin.some((pad) => pad > 0);
}

/**
 * The position of each window's first largest element. onnxruntime's MaxPool with Indices compares element by
 * element; this form stays in the blocked layout and handles one axis after the other: first it searches each
 * row of a window for its maximum, then the rows' maxima for theirs. One-hot convolutions select one tap of
 * all windows at once.
 *
 * Along an axis let `differs_k` be 1 where tap k is less than the maximum, else 0, and `value_k` what is known of tap
 * k. Then value_0 + differs_0 (value_1 - value_0 + differs_1 (value_2 - value_1 + …)) is known of the first maximum.
 */
export function maxPoolCodes(c: GradientContext, windows: Windows): MaxPoolPositions {
  const { g } = c;
  const [batch, channels, height, width] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  const area = height * width;
  // Scattering into a single row is faster, but only possible if its indices are exact in float32.
  const whole = batch === 1 && channels * area < largestIndex;
  const origins = Array.from({ length: channels }, (_, channel) => whole ? channel * area : 0);
  const index = g.add(indexInWindow(c, windows, origins), windowStarts(c, windows));
  return {
    rows: whole ? [channels * area] : [batch * channels, area],
    indices: g.cast(index, "int32"),
  };
}

/** The maximum's index from the window's start, plus a constant for each channel. */
function indexInWindow(c: GradientContext, windows: Windows, origins: number[]): string {
  const { g } = c;
  const columns = paddingOf(c, windows, 1, (windows.kernel[1]! - 1) * windows.dilations[1]! + 1);
  const rowMaxima = g.op("MaxPool", [c.node.inputs[0]!], {
    kernel_shape: [1, windows.kernel[1]!],
    pads: [0, columns.before, 0, columns.after],
    strides: [1, windows.strides[1]!],
    dilations: [1, windows.dilations[1]!],
  });
  const column = columnOfRowMaximum(c, windows, rowMaxima);
  const [, , , width] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  const [down, right] = windows.dilations as [number, number];
  let beyond: string | undefined;
  for (let row = windows.kernel[0]! - 2; row >= 0; row--) {
    const ahead = tap(
      c,
      windows,
      0,
      column,
      { [row]: -right, [row + 1]: right },
      origins.map(() => down * width),
    );
    const known = beyond === undefined ? ahead : g.add(ahead, beyond);
    const differs = isPositive(c, g.add(tap(c, windows, 0, rowMaxima, { [row]: -1 }), c.node.outputs[0]!));
    beyond = g.mul(differs, known);
  }
  return g.add(tap(c, windows, 0, column, { 0: right }, origins), beyond!);
}

/** The number of taps before the first maximum of each window of one row. */
function columnOfRowMaximum(c: GradientContext, windows: Windows, rowMaxima: string): string {
  const { g } = c;
  let column: string | undefined;
  for (let tapNumber = windows.kernel[1]! - 2; tapNumber >= 0; tapNumber--) {
    const differs = isPositive(
      c,
      g.add(tap(c, windows, 1, c.node.inputs[0]!, { [tapNumber]: -1 }), rowMaxima),
    );
    column = column === undefined ? differs : g.add(differs, g.mul(differs, column));
  }
  return column!;
}

/**
 * The weighted sum of some taps of every window along one spatial axis: a convolution of single channels with the
 * smallest kernel that reaches them.
 */
function tap(
  c: GradientContext,
  windows: Windows,
  axis: number,
  value: string,
  weights: Record<number, number>,
  bias?: number[],
): string {
  const channels = c.shape(c.node.inputs[0]!)[1]!;
  const stride = windows.strides[axis]!;
  const last = Math.max(...Object.keys(weights).map(Number)) * windows.dilations[axis]!;
  const { size, before, after } = paddingOf(c, windows, axis, last + 1);
  const data = new Float32Array(channels * size);
  for (const [number, weight] of Object.entries(weights)) {
    for (let i = Number(number) * windows.dilations[axis]!; i < data.length; i += size) data[i] = weight;
  }
  const alongAxis = (amount: number, across = 1) => axis === 0 ? [amount, across] : [across, amount];
  const kernel = alongAxis(size);
  const pads = [...alongAxis(before, 0), ...alongAxis(after, 0)];
  const constant = c.g.constant(floatTensor(data, [channels, 1, ...kernel]), "tap_weights");
  const inputs = [value, constant, ...bias ? [c.g.constant(floatTensor(bias), "tap_bias")] : []];
  return c.g.op(
    "Conv",
    inputs,
    { kernel_shape: kernel, strides: alongAxis(stride), pads, group: channels },
    "pool_tap",
  );
}

/**
 * The padding with which kernels of at least `extent` elements visit all of the pool's windows along an axis,
 * and the extent that they need in order not to visit one more.
 */
function paddingOf(
  c: GradientContext,
  windows: Windows,
  axis: number,
  extent: number,
): { size: number; before: number; after: number } {
  const [length, count] = [c.node.inputs[0]!, c.node.outputs[0]!].map((name) => c.shape(name)[axis + 2]!);
  const before = windows.padsBegin[axis]!;
  const stride = windows.strides[axis]!;
  const left = length! + before - (count! - 1) * stride;
  const size = Math.max(extent, left - stride + 1);
  return { size, before, after: Math.max(0, size - left) };
}

/** The index of each window's first element in its channel; before the channel's own where the window is padded. */
function windowStarts(c: GradientContext, windows: Windows): string {
  const width = c.shape(c.node.inputs[0]!)[3]!;
  const [rows, columns] = c.shape(c.node.outputs[0]!).slice(2) as [number, number];
  const [down, right] = windows.strides as [number, number];
  const [top, left] = windows.padsBegin as [number, number];
  const starts = Array.from(
    { length: rows * columns },
    (_, i) => (Math.floor(i / columns) * down - top) * width + (i % columns) * right - left,
  );
  return c.g.constant(floatTensor(starts, [1, 1, rows, columns]), "window_start");
}
