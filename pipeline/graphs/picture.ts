/**
 * Operations on pictures as parts of ONNX graphs, so that they run wherever the engine runs. A picture is float32
 * [1, channels, height, width]; flow is [1, 2, height, width] in pixels, u (right) before v (down).
 */
import type { GraphBuilder } from "../../models/onnx/build.ts";

/** Height and width in pixels. */
export interface Size {
  height: number;
  width: number;
}

/** Scales a picture to another size, linearly between pixel centres; where it shrinks, with an antialiasing filter. */
export function resize(g: GraphBuilder, x: string, channels: number, to: Size): string {
  const sizes = g.ints(1, channels, to.height, to.width);
  const attributes = { mode: "linear", coordinate_transformation_mode: "half_pixel" };
  return g.op("Resize", [x, "", "", sizes], g.opset >= 18 ? { ...attributes, antialias: 1 } : attributes);
}

/**
 * Samples a picture at `p + flow(p)` for every pixel p, bilinearly; samples outside take the border's value.
 * Both are of the same size.
 */
export function warp(g: GraphBuilder, x: string, flow: string, size: Size): string {
  const grid = g.op("Add", [g.mul(g.transpose(flow, [0, 2, 3, 1]), perPixel(g, size)), pixelGrid(g, size)]);
  return g.op("GridSample", [x, grid], { align_corners: 1, mode: "bilinear", padding_mode: "border" });
}

/** Length of one pixel in GridSample's coordinates, which run from -1 to 1 between the outer pixels' centres. */
function perPixel(g: GraphBuilder, { height, width }: Size): string {
  return g.floats([2 / Math.max(width - 1, 1), 2 / Math.max(height - 1, 1)]);
}

/** Every pixel's own place in GridSample's coordinates, [1, height, width, 2]. */
function pixelGrid(g: GraphBuilder, { height, width }: Size): string {
  const row = Float32Array.from({ length: width }, (_, x) => 2 * x / Math.max(width - 1, 1) - 1);
  const column = Float32Array.from({ length: height }, (_, y) => 2 * y / Math.max(height - 1, 1) - 1);
  const shape = g.ints(1, height, width, 1);
  const x = g.op("Expand", [g.floats(row, [1, 1, width, 1]), shape]);
  const y = g.op("Expand", [g.floats(column, [1, height, 1, 1]), shape]);
  return g.concat([x, y], 3);
}

/**
 * Shifts a picture cyclically: pixel (y, x) moves to (y + dy, x + dx) modulo its size. `shift` names an int64 [2]
 * value (dy, dx) with 0 <= dy <= height and 0 <= dx <= width.
 */
export function roll(g: GraphBuilder, x: string, shift: string, channels: number, size: Size): string {
  const { height, width } = size;
  const sizes = g.ints(height, width);
  const starts = g.sub(sizes, shift);
  const ends = g.add(starts, sizes);
  // One axis after the other: the picture is never laid out more than twice.
  let rolled = x;
  for (const axis of [0, 1]) {
    const [start, end] = [starts, ends].map((places) => g.slice(places, [axis], [axis + 1], [0]));
    const twice = g.concat([rolled, rolled], axis + 2);
    rolled = g.op("Slice", [twice, start!, end!, g.ints(axis + 2)]);
  }
  // The window's size does not depend on where it begins, which shape inference cannot know.
  return g.reshape(rolled, [1, channels, height, width]);
}

/** The shift that undoes {@link roll} by `shift`: the rest of the way round. */
export function unrollShift(g: GraphBuilder, shift: string, { height, width }: Size): string {
  return g.sub(g.ints(height, width), shift);
}

/** Gaussian weights at whole pixels, summing to 1, cut at three sigma. */
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

/** The middle of a kernel, for pictures too small for all of it. */
function centred(weights: number[], radius: number): number[] {
  const middle = (weights.length - 1) / 2;
  const part = weights.slice(middle - radius, middle + radius + 1);
  const sum = part.reduce((total, weight) => total + weight, 0);
  return part.map((weight) => weight / sum);
}

/** Mean over everything, as a value without dimensions. */
export function mean(g: GraphBuilder, x: string): string {
  return g.reduceMean(x, undefined, 0);
}

/** `x` as a float constant's factor: x * value. */
export function scaled(g: GraphBuilder, x: string, value: number): string {
  return g.mul(x, g.scalar(value));
}
