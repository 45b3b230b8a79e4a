/**
 * Operations on pictures as parts of ONNX graphs, so that they run wherever the engine runs. A picture is
 * float32 [1, channels, height, width]; flow is [1, 2, height, width] in pixels, u (right) before v (down).
 */
import type { GraphBuilder } from "../../models/onnx/build.ts";

/** Height and width in pixels. */
export interface Size {
  height: number;
  width: number;
}

/** Scales a picture linearly between pixel centres; from opset 18 on, shrinking is antialiased. */
export function resize(g: GraphBuilder, x: string, channels: number, to: Size): string {
  const sizes = g.ints(1, channels, to.height, to.width);
  const attributes = { mode: "linear", coordinate_transformation_mode: "half_pixel" };
  return g.op("Resize", [x, "", "", sizes], g.opset >= 18 ? { ...attributes, antialias: 1 } : attributes);
}

/**
 * Samples a picture at `p + flow(p)` for every pixel p, bilinearly; samples outside take the border's value.
 * Picture and flow have the same size.
 */
export function warp(g: GraphBuilder, x: string, flow: string, size: Size): string {
  const grid = g.op("Add", [g.mul(g.transpose(flow, [0, 2, 3, 1]), perPixel(g, size)), pixelGrid(g, size)]);
  return g.op("GridSample", [x, grid], { align_corners: 1, mode: "bilinear", padding_mode: "border" });
}

/**
 * The length of one pixel in GridSample's coordinates, which run from -1 to 1 between the centres of the
 * outer pixels.
 */
function perPixel(g: GraphBuilder, { height, width }: Size): string {
  return g.floats([2 / Math.max(width - 1, 1), 2 / Math.max(height - 1, 1)]);
}

/** The position of every pixel in GridSample's coordinates, [1, height, width, 2]. */
function pixelGrid(g: GraphBuilder, { height, width }: Size): string {
  const row = Float32Array.from({ length: width }, (_, x) => 2 * x / Math.max(width - 1, 1) - 1);
  const column = Float32Array.from({ length: height }, (_, y) => 2 * y / Math.max(height - 1, 1) - 1);
  const shape = g.ints(1, height, width, 1);
  const x = g.op("Expand", [g.floats(row, [1, 1, width, 1]), shape]);
  const y = g.op("Expand", [g.floats(column, [1, height, 1, 1]), shape]);
  return g.concat([x, y], 3);
}

/**
 * Shifts a picture cyclically: pixel (y, x) moves to (y + dy, x + dx) modulo its size. `shift` names an int64
 * [2] value (dy, dx) with 0 <= dy <= height and 0 <= dx <= width.
 */
export function roll(g: GraphBuilder, x: string, shift: string, channels: number, size: Size): string {
  const { height, width } = size;
  const sizes = g.ints(height, width);
  const starts = g.sub(sizes, shift);
  const ends = g.add(starts, sizes);
  const [start, end] = [starts, ends].map((places) =>
    [0, 1].map((axis) => g.slice(places, [axis], [axis + 1], [0]))
  ) as [string[], string[]];
  // Rows are gathered one by one. Columns are too short for that: they are laid out twice, and a part is cut
  // out.
  const rows = g.ints(...Array.from({ length: 2 * height }, (_, row) => row % height));
  const down = g.op("Gather", [x, g.op("Slice", [rows, start[0]!, end[0]!, g.ints(0)])], { axis: 2 });
  const rolled = g.op("Slice", [g.concat([down, down], 3), start[1]!, end[1]!, g.ints(3)]);
  // The window's size does not depend on its start, which shape inference cannot know.
  return g.reshape(rolled, [1, channels, height, width]);
}

/** The shift that undoes a {@link roll} by `shift`. */
export function unrollShift(g: GraphBuilder, shift: string, { height, width }: Size): string {
  return g.sub(g.ints(height, width), shift);
}

/** Gaussian weights at whole pixels, cut off at three sigma and summing to 1. Sigma is in pixels. */
export function gaussianWeights(sigma: number): number[] {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Array.from(
    { length: 2 * radius + 1 },
    (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Gaussian blur, channel by channel, with mirrored borders. Sigma is in pixels. */
export function blur(g: GraphBuilder, x: string, channels: number, size: Size, sigma: number): string {
  const weights = gaussianWeights(sigma);
  const radius = (weights.length - 1) / 2;
  const padY = Math.min(radius, size.height - 1), padX = Math.min(radius, size.width - 1);
  const padded = g.op("Pad", [x, g.ints(0, 0, padY, padX, 0, 0, padY, padX)], { mode: "reflect" });
  const planes = g.reshape(padded, [channels, 1, size.height + 2 * padY, size.width + 2 * padX]);
  const column = centred(weights, padY), row = centred(weights, padX);
  const down = g.conv(planes, g.floats(column, [1, 1, column.length, 1]));
  const across = g.conv(down, g.floats(row, [1, 1, 1, row.length]));
  return g.reshape(across, [1, channels, size.height, size.width]);
}

/** Number of neighbouring pixels in a row that {@link blurredHalf} computes at once, as output channels. */
const rowPhases = 16;

/**
 * The picture at half the size (each side rounded up): each pixel is the mean of four pixels of the blurred
 * picture, with mirrored borders. Sides must be at least twice the blur's radius. Sigma is in pixels.
 *
 * One convolution computes sixteen pixels of a row as its channels; with channels last, they lie side by
 * side. Convolutions from one channel to one take as long for a single one of these pixels.
 */
export function blurredHalf(
  g: GraphBuilder,
  x: string,
  channels: number,
  { height, width }: Size,
  sigma: number,
): string {
  const weights = gaussianWeights(sigma);
  const radius = (weights.length - 1) / 2;
  const taps = Array.from(
    { length: weights.length + 1 },
    (_, i) => ((weights[i] ?? 0) + (weights[i - 1] ?? 0)) / 2,
  );
  const half = { height: Math.ceil(height / 2), width: Math.ceil(width / 2) };
  const [below, right] = [2 * half.height + radius - height, 2 * half.width + radius - width];
  const mirrored = g.op("Pad", [x, g.ints(0, 0, radius, radius, 0, 0, below, right)], { mode: "reflect" });
  const paddedWidth = 2 * half.width + 2 * radius;
  const planes = g.reshape(mirrored, [channels, 1, 2 * half.height + 2 * radius, paddedWidth]);

  const blocks = Math.ceil(half.width / rowPhases);
  const [stride, reach] = [2 * rowPhases, 2 * (rowPhases - 1) + taps.length];
  const kernel = Float32Array.from({ length: rowPhases * taps.length * reach }, (_, i) => {
    const column = i % reach - 2 * Math.floor(i / (taps.length * reach));
    return taps[Math.floor(i / reach) % taps.length]! * (taps[column] ?? 0);
  });
  const phases = g.conv(planes, g.floats(kernel, [rowPhases, 1, taps.length, reach]), "", {
    kernel_shape: [taps.length, reach],
    strides: [2, stride],
    pads: [0, 0, 0, (blocks - 1) * stride + reach - paddedWidth],
  });
  const rows = g.reshape(g.transpose(phases, [0, 2, 3, 1]), [1, channels, half.height, blocks * rowPhases]);
  return blocks * rowPhases === half.width ? rows : g.slice(rows, [0], [half.width], [3]);
}

/** Doubles a picture of half the size `to` (each side rounded up), linearly between pixel centres. */
export function doubled(g: GraphBuilder, x: string, channels: number, to: Size): string {
  const whole = { height: 2 * Math.ceil(to.height / 2), width: 2 * Math.ceil(to.width / 2) };
  const grown = resize(g, x, channels, whole);
  if (whole.height === to.height && whole.width === to.width) return grown;
  return g.slice(grown, [0, 0], [to.height, to.width], [2, 3]);
}

/** The middle of a kernel, renormalised, for pictures too small for the whole kernel. */
function centred(weights: number[], radius: number): number[] {
  const middle = (weights.length - 1) / 2;
  const part = weights.slice(middle - radius, middle + radius + 1);
  const sum = part.reduce((total, weight) => total + weight, 0);
  return part.map((weight) => weight / sum);
}

/** Mean over all elements, as a scalar. */
export function mean(g: GraphBuilder, x: string): string {
  return g.reduceMean(x, undefined, 0);
}

/** x * value, for a float constant. */
export function scaled(g: GraphBuilder, x: string, value: number): string {
  return g.mul(x, g.scalar(value));
}
