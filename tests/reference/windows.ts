import { intAttribute, intsAttribute, type Node, stringAttribute } from "../../models/onnx/model.ts";

/** How a window slides along the spatial axes of [N, C, D1, D2, …]; every list has one entry per axis. */
export interface Windows {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Padding before and after, in elements. */
  begin: number[];
  end: number[];
  /** Number of window positions. */
  output: number[];
}

/** The window of a convolution or pool over `spatial`, with padding and output size as specified. */
export function slidingWindows(node: Node, spatial: number[], kernel: number[]): Windows {
  const rank = spatial.length;
  const strides = intsAttribute(node, "strides", new Array(rank).fill(1));
  const dilations = intsAttribute(node, "dilations", new Array(rank).fill(1));
  const extent = kernel.map((size, axis) => (size - 1) * dilations[axis]! + 1);
  const { begin, end } = padding(node, spatial, extent, strides);
  const ceil = intAttribute(node, "ceil_mode", 0) === 1;
  const output = spatial.map((size, axis) =>
    positions(size + begin[axis]! + end[axis]! - extent[axis]!, strides[axis]!, ceil, size + begin[axis]!)
  );
  return { kernel, strides, dilations, begin, end, output };
}

function padding(node: Node, spatial: number[], extent: number[], strides: number[]) {
  const mode = stringAttribute(node, "auto_pad", "NOTSET");
  const rank = spatial.length;
  if (mode === "NOTSET") {
    const pads = intsAttribute(node, "pads", new Array(2 * rank).fill(0));
    return { begin: pads.slice(0, rank), end: pads.slice(rank) };
  }
  const total = mode === "VALID" ? spatial.map(() => 0) : spatial.map((size, axis) => {
    const output = Math.ceil(size / strides[axis]!);
    return Math.max((output - 1) * strides[axis]! + extent[axis]! - size, 0);
  });
  // Odd padding puts its extra element at the end for SAME_UPPER, at the beginning for SAME_LOWER.
  const begin = total.map((sum) => mode === "SAME_LOWER" ? Math.ceil(sum / 2) : Math.floor(sum / 2));
  return { begin, end: total.map((sum, axis) => sum - begin[axis]!) };
}

/** With ceil_mode a last, incomplete window counts only if it begins before the end padding. */
function positions(slack: number, stride: number, ceil: boolean, limit: number): number {
  if (!ceil) return Math.floor(slack / stride) + 1;
  const count = Math.ceil(slack / stride) + 1;
  return (count - 1) * stride >= limit ? count - 1 : count;
}
