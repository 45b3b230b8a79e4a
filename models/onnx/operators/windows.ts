/**
 * How the windows of convolutions and pools slide over the spatial axes, which are all but the first two ([batch,
 * channels, …]). Where onnxruntime differs from the specification, this is what onnxruntime does.
 *
 * @module
 */

import type { NodeContext } from "./node_context.ts";

/** Windows, one entry for each spatial axis. */
export interface Windows {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Padding before and after. With ceil_mode the last window may reach beyond `padsEnd`. */
  padsBegin: number[];
  padsEnd: number[];
}

/** Windows and the number of them along each axis. */
export interface CountedWindows extends Windows {
  counts: number[];
}

/** How many elements a window reaches over. */
export function extentsOf({ kernel, dilations }: Pick<Windows, "kernel" | "dilations">): number[] {
  return kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1);
}

/** How many elements all windows together reach over, padding included. */
export function coveredBy(windows: Windows, counts: number[]): number[] {
  return extentsOf(windows).map((extent, axis) => (counts[axis]! - 1) * windows.strides[axis]! + extent);
}

/** Attributes for a Conv, ConvTranspose or pool with these windows. */
export function windowAttributes(windows: Windows): Record<string, number[]> {
  return {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    dilations: windows.dilations,
    pads: [...windows.padsBegin, ...windows.padsEnd],
  };
}

/**
 * The windows that the attributes describe, with `pads` if given as numbers. Throws if the kernel does not
 * fit.
 */
function windowsOf(c: NodeContext, kernel: number[], spatial: number[]): Windows & { autoPad: string } {
  if (spatial.length === 0 || kernel.length !== spatial.length) {
    throw new Error(`a kernel [${kernel.join(", ")}] does not fit a shape [${c.dims(0).join(", ")}]`);
  }
  const ones = kernel.map(() => 1);
  const none = kernel.flatMap(() => [0, 0]);
  const autoPad = c.string("auto_pad", "NOTSET");
  const pads = autoPad === "NOTSET" ? c.ints("pads", none) : none;
  return {
    kernel,
    strides: c.ints("strides", ones),
    dilations: c.ints("dilations", ones),
    padsBegin: pads.slice(0, kernel.length),
    padsEnd: pads.slice(kernel.length),
    autoPad,
  };
}

/**
 * Windows with `total` padding per axis; an odd element goes to the end or (`startsLarge`) to the beginning.
 */
function padded(windows: Windows, total: number[], startsLarge: boolean): Windows {
  const small = total.map((amount) => Math.floor(Math.max(0, amount) / 2));
  const large = total.map((amount) => Math.ceil(Math.max(0, amount) / 2));
  const [padsBegin, padsEnd] = startsLarge ? [large, small] : [small, large];
  return { ...windows, padsBegin, padsEnd };
}

/**
 * The windows that slide over the spatial axes of a Conv's or a pool's input.
 *
 * SAME pads for ceil(size / stride) windows. onnxruntime leaves the dilation out of that padding, so that a dilated pool
 * has fewer; it has no dilated convolution with SAME.
 *
 * @throws {Error} where a window does not fit
 */
export function slidingWindows(c: NodeContext, kernel: number[]): CountedWindows {
  const wide = c.dims(0).slice(2);
  const { autoPad, ...windows } = windowsOf(c, kernel, wide);
  const { strides } = windows;
  const extents = extentsOf(windows);
  if (!autoPad.startsWith("SAME")) {
    const ceilMode = c.int("ceil_mode", 0) === 1;
    return { ...windows, counts: wide.map((size, axis) => countWindows(size, axis, windows, ceilMode)) };
  }
  const total = wide.map((size, axis) =>
    (Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + kernel[axis]! - size
  );
  const counts = wide.map((size, axis) =>
    Math.trunc((size + total[axis]! - extents[axis]!) / strides[axis]!) + 1
  );
  return { ...padded(windows, total, autoPad === "SAME_LOWER"), counts };
}

function countWindows(size: number, axis: number, windows: Windows, ceilMode: boolean): number {
  const [stride, extent] = [windows.strides[axis]!, extentsOf(windows)[axis]!];
  const begin = windows.padsBegin[axis]!;
  const both = begin + windows.padsEnd[axis]!;
  const room = size + both - extent;
  if (room < 0) throw new Error(`a window of ${extent} does not fit into ${size} with padding ${both}`);
  const count = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  // A window that begins in the padding at the end sees nothing and is dropped.
  return ceilMode && (count - 1) * stride >= size + begin ? count - 1 : count;
}

/**
 * The windows of a ConvTranspose, one for each element of its input, and the spatial shape that they make.
 *
 * @throws {Error} where the kernel does not fit the input
 */
export function spreadingWindows(c: NodeContext, kernel: number[]): Windows & { wide: number[] } {
  const narrow = c.dims(0).slice(2);
  const { autoPad, ...windows } = windowsOf(c, kernel, narrow);
  const extra = c.ints("output_padding", kernel.map(() => 0));
  const full = coveredBy(windows, narrow).map((size, axis) => size + extra[axis]!);
  const given = c.ints("output_shape", []).slice(-narrow.length);
  const isSame = autoPad.startsWith("SAME");
  const wide = full.map((size, axis) => {
    if (given[axis] !== undefined) return given[axis];
    // onnxruntime only cuts: with windows smaller than the stride the result stays smaller than size * stride.
    return isSame
      ? Math.min(size, narrow[axis]! * windows.strides[axis]!)
      : size - windows.padsBegin[axis]! - windows.padsEnd[axis]!;
  });
  if (!isSame && (given.length === 0 || autoPad === "VALID")) return { ...windows, wide };
  // The larger half comes first unless auto_pad says otherwise.
  const total = full.map((size, axis) => size - wide[axis]!);
  return { ...padded(windows, total, autoPad !== "SAME_UPPER"), wide };
}
