/**
 * Operators that slide a window over the spatial axes, which are all but the first two ([batch, channels, ...]).
 *
 * @module
 */

import { intAttribute, intsAttribute, type Node, stringAttribute } from "../model.ts";
import { listed } from "./axes.ts";
import type { NodeContext, ShapeRule, TensorInfo } from "./context.ts";

interface Windows {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Begins, then ends. */
  pads: number[];
  autoPad: string;
}

function windowsOf(node: Node, kernel: number[]): Windows {
  const ones = kernel.map(() => 1);
  const autoPad = stringAttribute(node, "auto_pad", "NOTSET");
  const none = kernel.flatMap(() => [0, 0]);
  return {
    kernel,
    strides: intsAttribute(node, "strides", ones),
    dilations: intsAttribute(node, "dilations", ones),
    pads: autoPad === "NOTSET" ? intsAttribute(node, "pads", none) : none,
    autoPad,
  };
}

/** How many windows fit along one spatial axis. */
function countWindows(size: number, axis: number, w: Windows, ceilMode: boolean): number {
  const stride = w.strides[axis]!;
  const kernel = w.kernel[axis]!;
  const extent = (kernel - 1) * w.dilations[axis]! + 1;
  if (w.autoPad.startsWith("SAME")) return countPadded(size, kernel, extent, stride);
  const begin = w.pads[axis]!;
  const both = begin + w.pads[axis + w.kernel.length]!;
  const room = size + both - extent;
  if (room < 0) throw new Error(`a window of ${extent} does not fit into ${size} with padding ${both}`);
  const count = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  // A window that begins in the padding at the end sees nothing and is dropped.
  return ceilMode && (count - 1) * stride >= size + begin ? count - 1 : count;
}

/**
 * SAME pads for ceil(size / stride) windows. onnxruntime leaves the dilation out of that padding, so that a dilated pool
 * has fewer; it has no dilated convolution with SAME.
 */
function countPadded(size: number, kernel: number, extent: number, stride: number): number {
  const padding = (Math.ceil(size / stride) - 1) * stride + kernel - size;
  return Math.trunc((size + padding - extent) / stride) + 1;
}

function spatialOf(dims: number[], kernel: readonly number[]): number[] {
  if (dims.length < 3 || kernel.length !== dims.length - 2) {
    throw new Error(`a kernel [${kernel.join(", ")}] does not fit a shape [${dims.join(", ")}]`);
  }
  return dims.slice(2);
}

const conv: ShapeRule = (c) => {
  const [x, weight] = [c.input(0), c.dims(1)];
  const kernel = intsAttribute(c.node, "kernel_shape", weight.slice(2));
  const spatial = spatialOf(x.dims, kernel);
  const group = intAttribute(c.node, "group", 1);
  if (x.dims[1] !== weight[1]! * group) {
    throw new Error(
      `${listed([x.dims])} has not the channels of the weight ${listed([weight])}, group ${group}`,
    );
  }
  const windows = windowsOf(c.node, kernel);
  const sizes = spatial.map((size, axis) => countWindows(size, axis, windows, false));
  return [{ type: x.type, dims: [x.dims[0]!, weight[0]!, ...sizes] }];
};

const convTranspose: ShapeRule = (c) => {
  const [x, weight] = [c.input(0), c.dims(1)];
  const kernel = intsAttribute(c.node, "kernel_shape", weight.slice(2));
  const spatial = spatialOf(x.dims, kernel);
  if (x.dims[1] !== weight[0]) {
    throw new Error(`${listed([x.dims])} has not the channels of the weight ${listed([weight])}`);
  }
  const windows = windowsOf(c.node, kernel);
  const extra = intsAttribute(c.node, "output_padding", kernel.map(() => 0));
  const wanted = intsAttribute(c.node, "output_shape", []).slice(-spatial.length);
  const sizes = spatial.map((size, axis) => wanted[axis] ?? spread(size, axis, windows, extra[axis]!));
  return [{
    type: x.type,
    dims: [x.dims[0]!, weight[1]! * intAttribute(c.node, "group", 1), ...sizes],
  }];
};

/** Size that a transposed convolution makes of one spatial axis. */
function spread(size: number, axis: number, w: Windows, outputPadding: number): number {
  const stride = w.strides[axis]!;
  const extent = (w.kernel[axis]! - 1) * w.dilations[axis]! + 1;
  const full = (size - 1) * stride + outputPadding + extent;
  // onnxruntime only cuts: with windows smaller than the stride the result stays smaller than size * stride.
  if (w.autoPad.startsWith("SAME")) return Math.min(full, size * stride);
  return full - w.pads[axis]! - w.pads[axis + w.kernel.length]!;
}

function pooled(c: NodeContext): TensorInfo {
  const { type, dims } = c.input(0);
  const kernel = intsAttribute(c.node, "kernel_shape", []);
  const spatial = spatialOf(dims, kernel);
  const windows = windowsOf(c.node, kernel);
  const ceilMode = intAttribute(c.node, "ceil_mode", 0) === 1;
  const sizes = spatial.map((size, axis) => countWindows(size, axis, windows, ceilMode));
  return { type, dims: [dims[0]!, dims[1]!, ...sizes] };
}

const maxPool: ShapeRule = (c) => {
  const info = pooled(c);
  return [info, { type: "int64", dims: info.dims }];
};

const globalPool: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  return [{ type, dims: dims.map((size, axis) => axis < 2 ? size : 1) }];
};

/** Convolutions and pools. */
export const windowRules: Record<string, ShapeRule> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  AveragePool: (c) => [pooled(c)],
  LpPool: (c) => [pooled(c)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
};
