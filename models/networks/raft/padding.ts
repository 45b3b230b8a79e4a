/** Fits pictures of any size to RAFT's grid of 8x8-pixel cells: repeats border pixels, and crops the flow again. */
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

/** Pixels added on each side: half before and half after (the larger one), as the authors do for Sintel. */
export interface Padding {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Smallest side in pixels, so that the coarsest level of the correlation pyramid has at least one cell. */
const smallest = cell * 2 ** (pyramidLevels - 1);

/** Padding of a picture to multiples of 8 pixels, and to at least 64. */
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

/** Removes the padding that {@link pad} added. */
export function crop(g: GraphBuilder, x: string, size: Size): string {
  const { top, left, bottom, right } = paddingOf(size);
  if (top + left + bottom + right === 0) return x;
  return g.slice(x, [top, left], [top + size.height, left + size.width], [2, 3]);
}
