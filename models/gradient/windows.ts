import { intAttribute, intsAttribute, type Node, stringAttribute } from "../onnx/model.ts";

/** How a window (of a convolution or a pool) slides, one entry for each spatial axis. */
export interface Windows {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Padding before and after. With ceil_mode the last window may reach beyond `padsEnd`. */
  padsBegin: number[];
  padsEnd: number[];
}

/**
 * Reads strides, dilations and padding of a Conv, ConvTranspose or pooling node, with auto_pad resolved.
 *
 * @param wide spatial shape of the side the windows slide over (a convolution's input)
 * @param narrow spatial shape of the side with one element a window (a convolution's output)
 */
export function windowsOf(node: Node, kernel: number[], wide: number[], narrow: number[]): Windows {
  const ones = kernel.map(() => 1);
  const strides = intsAttribute(node, "strides", ones);
  const dilations = intsAttribute(node, "dilations", ones);
  const mode = stringAttribute(node, "auto_pad", "NOTSET");
  if (mode === "VALID") {
    return { kernel, strides, dilations, padsBegin: zeros(kernel), padsEnd: zeros(kernel) };
  }
  if (mode === "NOTSET" && !fixesOutputShape(node)) {
    const pads = intsAttribute(node, "pads", [...zeros(kernel), ...zeros(kernel)]);
    const rank = kernel.length;
    return {
      kernel,
      strides,
      dilations,
      padsBegin: pads.slice(0, rank),
      padsEnd: pads.slice(rank, 2 * rank),
    };
  }
  const extra = intsAttribute(node, "output_padding", zeros(kernel));
  const total = kernel.map((size, axis) => {
    const covered = (narrow[axis]! - 1) * strides[axis]! + (size - 1) * dilations[axis]! + 1 + extra[axis]!;
    return Math.max(0, covered - wide[axis]!);
  });
  const small = total.map((amount) => Math.floor(amount / 2));
  const large = total.map((amount) => Math.ceil(amount / 2));
  // ConvTranspose with output_shape puts the larger half first unless auto_pad is SAME_UPPER; Conv has no such case.
  const upper = mode === "SAME_UPPER";
  return {
    kernel,
    strides,
    dilations,
    padsBegin: upper ? small : large,
    padsEnd: upper ? large : small,
  };
}

const zeros = (like: number[]): number[] => like.map(() => 0);

function fixesOutputShape(node: Node): boolean {
  return node.op === "ConvTranspose" && node.attributes.output_shape !== undefined;
}

/** Number of groups of a convolution. */
export function groupsOf(node: Node): number {
  return intAttribute(node, "group", 1);
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
