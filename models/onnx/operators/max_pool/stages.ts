import { floatTensor } from "../../model.ts";
import { isBlocked } from "../blocked.ts";
import type { GradientContext } from "../gradient_context.ts";
import type { Windows } from "../windows.ts";
import { isPositive } from "../activations.ts";

/** The windows along one spatial axis. */
interface AxisWindows {
  /** 0 for rows, 1 for columns. */
  axis: number;
  size: number;
  stride: number;
  dilation: number;
  before: number;
  /** Elements that the windows slide over, and how many windows there are. */
  length: number;
  count: number;
}

/** Maps the number of elements by which a value moves forward along an axis to a factor. */
type Shifts = Record<number, number>;

/**
 * Whether {@link stagedMaxPool} applies: it needs channels that fill blocks, small windows that move by one
 * element, or by two along an axis of even length, and no padding that could be mistaken for a maximum. A
 * convolution pads with zeros; at the end of an axis they come after the elements that they might equal, and
 * before the first element they only win if the maximum is not positive.
 */
export function hasMaxPoolStages(c: GradientContext, windows: Windows): boolean {
  const dims = c.shape(c.node.inputs[0]!);
  return isBlocked(c, dims) &&
    windows.kernel.every((size, axis) => isStaged(size, windows.strides[axis]!, windows.dilations[axis]!)) &&
    windows.strides.every((stride, axis) => stride === 1 || dims[axis + 2]! % 2 === 0) &&
    (windows.padsBegin.every((pad) => pad === 0) || c.onlyPositiveMatters());
}

function isStaged(size: number, stride: number, dilation: number): boolean {
  return stride === 1 ? size <= 5 : stride === 2 && size > 1 && size <= 4 && dilation === 1;
}

/**
 * The gradient of a MaxPool from that of its output, entirely in the blocked layout. The maximum of a window
 * is the maximum of its rows' maxima; the gradient goes back the same way, first to a row, then to an element
 * of it.
 */
export function stagedMaxPool(c: GradientContext, windows: Windows, grad: string): string {
  const [x, y] = [c.node.inputs[0]!, c.node.outputs[0]!];
  const [rows, columns] = [0, 1].map((axis) => alongAxis(c, windows, axis)) as [AxisWindows, AxisWindows];
  const { size, before } = slide(columns, (columns.size - 1) * columns.dilation, columns.before);
  const after = Math.max(0, (columns.count - 1) * columns.stride + size - columns.length - before);
  const rowMaxima = c.g.op("MaxPool", [x], {
    kernel_shape: [1, columns.size],
    strides: [1, columns.stride],
    dilations: [1, columns.dilation],
    pads: [0, before, 0, after],
  });
  return stage(c, columns, x, rowMaxima, stage(c, rows, rowMaxima, y, grad));
}

function alongAxis(c: GradientContext, windows: Windows, axis: number): AxisWindows {
  return {
    axis,
    size: windows.kernel[axis]!,
    stride: windows.strides[axis]!,
    dilation: windows.dilations[axis]!,
    before: windows.padsBegin[axis]!,
    length: c.shape(c.node.inputs[0]!)[axis + 2]!,
    count: c.shape(c.node.outputs[0]!)[axis + 2]!,
  };
}

/**
 * The gradient of a maximum along one axis. Let `rest_k` be what the taps before k leave of a window's gradient: all of
 * it while they differ from the maximum, nothing after the first equal one. Tap k takes rest_k - rest_(k+1).
 */
function stage(c: GradientContext, windows: AxisWindows, x: string, maximum: string, grad: string): string {
  const { g } = c;
  const rests = [grad];
  for (let tap = 0; tap < windows.size - 1; tap++) {
    const differs = isPositive(c, g.add(negativeTap(c, windows, x, tap), maximum));
    rests.push(g.mul(rests[tap]!, differs));
  }
  return windows.stride === 1 ? placed(c, windows, rests) : interleaved(c, windows, rests);
}

/** Minus one tap of every window. */
function negativeTap(c: GradientContext, windows: AxisWindows, x: string, tap: number): string {
  const place = tap * windows.dilation - windows.before;
  const before = Math.max(0, -place);
  const { size, after } = slide(windows, Math.max(0, place), before);
  const kernel = new Float32Array(size);
  kernel[Math.max(0, place)] = -1;
  return perChannel(c, windows.axis, x, kernel, before, after, windows.stride);
}

/** The kernel that reaches `last` and stops once at each window, and the padding that it needs at the end. */
function slide({ length, count, stride }: AxisWindows, last: number, before: number) {
  const left = length + before - (count - 1) * stride;
  const size = Math.max(last + 1, left - stride + 1);
  return { size, before, after: Math.max(0, size - left) };
}

/** Stride 1: every tap's share moves to the tap's place. */
function placed(c: GradientContext, windows: AxisWindows, rests: string[]): string {
  const shift = (tap: number) => tap * windows.dilation - windows.before;
  return sumOfShares(c, windows, rests, windows.length, (tap) => ({ shift: shift(tap), factor: 1 }))!;
}

/**
 * Stride 2: the taps of even places and those of odd places have gradients of half the length, `even` and `odd`. Both
 * are doubled and the right one taken: odd + isEven (even - odd).
 */
function interleaved(c: GradientContext, windows: AxisWindows, rests: string[]): string {
  const { g } = c;
  const { axis, before, length } = windows;
  const half = length / 2;
  const place = (tap: number) => {
    const odd = Math.abs(tap - before) % 2;
    return { shift: (tap - before - odd) / 2, odd };
  };
  const odd = sumOfShares(c, windows, rests, half, (tap) => ({ ...place(tap), factor: place(tap).odd }));
  const difference = sumOfShares(c, windows, rests, half, (tap) => ({
    ...place(tap),
    factor: 1 - 2 * place(tap).odd,
  }));
  return g.add(g.mul(doubled(c, axis, difference), evenPlaces(c, axis)), doubled(c, axis, odd));
}

/** Every element twice along the axis. */
function doubled(c: GradientContext, axis: number, value: string): string {
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  const scales = c.g.floats(axis === 0 ? [1, 1, 2, 1] : [1, 1, 1, 2]);
  return c.g.op("Resize", [value, "", scales], attributes);
}

/**
 * 1 at even places of the axis, 0 at odd ones, for all channels, shaped like what the axis' windows slide over. The
 * convolution brings it into the blocked layout; were it a constant, onnxruntime would compute it beforehand, in the
 * plain layout.
 */
function evenPlaces(c: GradientContext, axis: number): string {
  const [, channels, height, width] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  // Rows are searched for their maximum first, so there is one row maximum per window in a row.
  const [rows, columns] = [height, axis === 0 ? c.shape(c.node.outputs[0]!)[3]! : width];
  const data = Float32Array.from({ length: rows * columns }, (_, i) => {
    const place = axis === 0 ? Math.floor(i / columns) : i % columns;
    return 1 - place % 2;
  });
  const plain = c.variable(floatTensor(data, [1, 1, rows, columns]));
  const ones = c.g.constant(floatTensor(new Float32Array(channels).fill(1), [channels, 1, 1, 1]), "ones");
  return c.g.op("Conv", [plain, ones], { kernel_shape: [1, 1] }, "even_places");
}

/** Where a tap's share goes, and its weight. */
interface Place {
  shift: number;
  factor: number;
}

/** The sum of the taps' shares, each at its place, along an axis of the given length. */
function sumOfShares(
  c: GradientContext,
  windows: AxisWindows,
  rests: string[],
  length: number,
  placeOf: (tap: number) => Place,
): string {
  const terms = rests.map((value, tap) => ({ value, shifts: shiftsOfRest(tap, placeOf) }))
    .filter(({ shifts }) => Object.keys(shifts).length > 0);
  const staysInPlace = ({ shifts }: { shifts: Shifts }) =>
    shifts[0] === 1 && Object.keys(shifts).length === 1 && length === windows.count;
  // Terms that stay in place come first: onnxruntime fuses their addition into the next term's convolution.
  const sorted = [...terms.filter(staysInPlace), ...terms.filter((term) => !staysInPlace(term))];
  return sorted
    .map((term) => staysInPlace(term) ? term.value : shifted(c, windows, term.value, term.shifts, length))
    .reduce((sum, value) => c.g.add(value, sum));
}

/** The rest before a tap is part of the tap's share, and is missing from the share of the tap before it. */
function shiftsOfRest(tap: number, placeOf: (tap: number) => Place): Shifts {
  const shifts: Shifts = {};
  const places = [placeOf(tap)];
  if (tap > 0) places.push({ ...placeOf(tap - 1), factor: -placeOf(tap - 1).factor });
  for (const { shift, factor } of places) {
    if (factor !== 0) shifts[shift] = (shifts[shift] ?? 0) + factor;
  }
  return shifts;
}

/** The sum of a value of every window, moved and multiplied, at `length` places. */
function shifted(
  c: GradientContext,
  windows: AxisWindows,
  value: string,
  shifts: Shifts,
  length: number,
): string {
  const places = Object.keys(shifts).map(Number);
  const before = Math.max(0, ...places);
  const size = before - Math.min(0, ...places) + 1;
  const missing = length - windows.count - before + size - 1;
  const kernel = new Float32Array(size + Math.max(0, -missing));
  for (const [place, factor] of Object.entries(shifts)) kernel[before - Number(place)] = factor;
  return perChannel(c, windows.axis, value, kernel, before, Math.max(0, missing));
}

/** A convolution of single channels along one axis. */
function perChannel(
  c: GradientContext,
  axis: number,
  value: string,
  kernel: Float32Array,
  before: number,
  after: number,
  stride = 1,
): string {
  const channels = c.shape(c.node.inputs[0]!)[1]!;
  const data = new Float32Array(channels * kernel.length);
  for (let channel = 0; channel < channels; channel++) data.set(kernel, channel * kernel.length);
  const along = (amount: number, across: number) => axis === 0 ? [amount, across] : [across, amount];
  const shape = along(kernel.length, 1);
  const weights = c.g.constant(floatTensor(data, [channels, 1, ...shape]), "tap_weights");
  const attributes = {
    kernel_shape: shape,
    strides: along(stride, 1),
    pads: [...along(before, 0), ...along(after, 0)],
    group: channels,
  };
  return c.g.op("Conv", [value, weights], attributes, "pool_tap");
}
