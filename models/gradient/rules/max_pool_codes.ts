import { float } from "../../onnx/build.ts";
import { elementCount, floatTensor } from "../../onnx/model.ts";
import type { RuleContext } from "../registry.ts";
import type { Windows } from "../windows.ts";
import { isPositive } from "./relu.ts";

/** Above this a float32 no longer holds every whole number. */
const largestIndex = 1 << 24;

/** Channels come in blocks of 8 or 16, as wide as the processor's vectors. */
const channelBlock = 16;

/**
 * Whether {@link maxPoolCodes} applies: channels that fill blocks, and windows that lie inside the picture (beyond it
 * a comparison would meet the zeros of a convolution's padding).
 */
export function hasMaxPoolCodes(c: RuleContext, windows: Windows): boolean {
  const dims = c.shape(c.node.inputs[0]!);
  const out = c.shape(c.node.outputs[0]!);
  const inside = windows.kernel.every((_, axis) =>
    windows.padsBegin[axis] === 0 && covered(windows, axis, out[axis + 2]!) <= dims[axis + 2]!
  );
  return dims.length === 4 && inside && dims[1]! % channelBlock === 0 && elementCount(windows.kernel) <= 9 &&
    dims[2]! * dims[3]! < largestIndex;
}

/**
 * Where each window's first largest element lies, as an int32 index into its channel, [batch, channels, …].
 *
 * onnxruntime's MaxPool with Indices compares element by element. Here one-hot convolutions pick each tap of all
 * windows and subtract it from the maximum, inside the blocked layout; the number of taps before the first difference
 * of 0 is the tap's code, and the index follows from it.
 */
export function maxPoolCodes(c: RuleContext, windows: Windows): string {
  const { g } = c;
  const taps = elementCount(windows.kernel);
  let before: string | undefined;
  let code: string | undefined;
  for (let tap = 0; tap < taps - 1; tap++) {
    const differs = isPositive(c, g.add(negatedTap(c, windows, tap), c.node.outputs[0]!));
    before = before === undefined ? differs : g.mul(before, differs);
    code = code === undefined ? before : g.add(code, before);
  }
  return g.cast(indexOf(c, windows, code), "int32");
}

/** Minus the tap's value in every window: a convolution with one weight of -1 in the smallest kernel that reaches it. */
function negatedTap(c: RuleContext, windows: Windows, tap: number): string {
  const [, channels, ...spatial] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  const out = c.shape(c.node.outputs[0]!);
  const width = windows.kernel[1]!;
  const place = [Math.floor(tap / width), tap % width].map((k, axis) => k * windows.dilations[axis]!);
  const kernel = place.map((offset, axis) => {
    const stride = windows.strides[axis]!;
    const slack = spatial[axis]! - (out[axis + 2]! - 1) * stride;
    return Math.max(offset + 1, slack - stride + 1);
  });
  const data = new Float32Array(channels * elementCount(kernel));
  for (let i = place[0]! * kernel[1]! + place[1]!; i < data.length; i += elementCount(kernel)) data[i] = -1;
  const weight = c.g.constant(floatTensor(data, [channels, 1, ...kernel]), "negated_tap");
  const attributes = { kernel_shape: kernel, strides: windows.strides, group: channels };
  return c.g.op("Conv", [c.node.inputs[0]!, weight], attributes, "pool_tap");
}

/** From the tap's code (row * width + column) and the window's place to the element's index in its channel. */
function indexOf(c: RuleContext, windows: Windows, code: string | undefined): string {
  const { g } = c;
  const [, , , width] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  const [rows, columns] = c.shape(c.node.outputs[0]!).slice(2) as [number, number];
  const starts = Array.from(
    { length: rows * columns },
    (_, i) => Math.floor(i / columns) * windows.strides[0]! * width + (i % columns) * windows.strides[1]!,
  );
  const start = g.constant(floatTensor(starts, [1, 1, rows, columns]), "window_start");
  if (code === undefined) {
    return g.op("Expand", [start, g.ints(...c.shape(c.node.outputs[0]!))]);
  }
  const [height, across] = windows.kernel as [number, number];
  const [down, right] = windows.dilations as [number, number];
  let index = right === 1 ? code : g.mul(code, g.scalar(right));
  for (let row = 1; row < height; row++) {
    // 1 where the code has reached this row.
    const reached = g.op("HardSigmoid", [code], { alpha: float(1), beta: float(1 - row * across) });
    index = g.add(index, g.mul(reached, g.scalar(down * width - across * right)));
  }
  return g.add(index, start);
}

function covered(windows: Windows, axis: number, count: number): number {
  return (count - 1) * windows.strides[axis]! + (windows.kernel[axis]! - 1) * windows.dilations[axis]! + 1;
}
