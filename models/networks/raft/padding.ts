/** Pictures of any size on RAFT's grid of 8x8 pixels: border pixels are repeated, and cut off the flow again. */
import type { GraphBuilder } from "../../onnx/build.ts";
import { cell, pyramidLevels } from "./architecture.ts";

/** Height and width in pixels. */
export interface Size {
  height: number;
  width: number;
}

/** Height and width in cells of 8x8 pixels. */
export interface Grid {
  rows: number;
  columns: number;
}

/** What is added on each side, in pixels: half of it before and half (the larger one) after, as for Sintel. */
export interface Padding {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** The coarsest level of the correlation pyramid has at least one cell. */
const smallest = cell * 2 ** (pyramidLevels - 1);

/** How a picture is padded: to multiples of 8 pixels, and to 64 where it is smaller. */
export function paddingOf({ height, width }: Size): Padding {
  const missing = (length: number) => Math.max(Math.ceil(length / cell) * cell, smallest) - length;
  const [rows, columns] = [missing(height), missing(width)];
  const [top, left] = [rows >> 1, columns >> 1];
  return { top, left, bottom: rows - top, right: columns - left };
}

/** The grid on which flow of pictures of this size is refined. */
export function gridOf(size: Size): Grid {
  const { top, left, bottom, right } = paddingOf(size);
  return { rows: (size.height + top + bottom) / cell, columns: (size.width + left + right) / cell };
}

/** Repeats the border pixels of [n, c, height, width]. */
export function pad(g: GraphBuilder, x: string, size: Size): string {
  const { top, left, bottom, right } = paddingOf(size);
  if (top + left + bottom + right === 0) return x;
  return g.op("Pad", [x, g.ints(0, 0, top, left, 0, 0, bottom, right)], { mode: "edge" });
}

/** Cuts off what {@link pad} has added. */
export function crop(g: GraphBuilder, x: string, size: Size): string {
  const { top, left, bottom, right } = paddingOf(size);
  if (top + left + bottom + right === 0) return x;
  return g.slice(x, [top, left], [top + size.height, left + size.width], [2, 3]);
}
