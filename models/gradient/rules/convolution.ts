import { invalidParameter } from "../../errors.ts";
import type { Tensor } from "../../onnx/model.ts";
import type { Contribution } from "../gradient_sum.ts";
import { padOrCropSpatial } from "../pad.ts";
import type { Rule, RuleContext } from "../registry.ts";
import { flippedWeights, subPixelWeights } from "../weights.ts";
import { groupsOf, windowAttributes, type Windows, windowsOf } from "../windows.ts";

const spatial = (dims: number[]): number[] => dims.slice(2);

/** The gradient of a bias: the sum over batch and space. */
function biasGradient(c: RuleContext): string | undefined {
  if (!c.node.inputs[2] || !c.needs(2)) return undefined;
  const rank = c.shape(c.node.outputs[0]!).length;
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
  return c.g.reduceSum(c.grads[0]!, axes, 0);
}

function refuseComputedWeights(c: RuleContext): void {
  if (!c.needs(1)) return;
  throw invalidParameter(
    "layers",
    `${c.node.op} "${c.node.name}" computes its weights from the picture, which cannot be differentiated`,
    { advice: ["choose a layer below it"] },
  );
}

/** Conv: the adjoint of a convolution is a transposed convolution; written as ordinary Conv where that is faster. */
const convolution: Rule = (c) => {
  refuseComputedWeights(c);
  return [c.needs(0) ? inputGradient(c) : undefined, undefined, biasGradient(c)];
};

function inputGradient(c: RuleContext): Contribution {
  const [x, weight] = c.node.inputs as [string, string];
  const wide = spatial(c.shape(x));
  const narrow = spatial(c.shape(c.node.outputs[0]!));
  const windows = windowsOf(c.node, spatial(c.shape(weight)), wide, narrow);
  const constant = c.constant(weight);
  if (!constant) return transposedConvolution(c, windows, wide, narrow);
  if (windows.strides.every((stride) => stride === 1)) return flippedConvolution(c, windows, constant);
  if (usesSubPixels(c, windows)) return subPixelConvolution(c, windows, constant);
  return transposedConvolution(c, windows, wide, narrow);
}

/** Stride 1: the convolution of the gradient with the kernels turned by 180 degrees, channels exchanged. */
function flippedConvolution(c: RuleContext, windows: Windows, weight: Tensor): Contribution {
  const group = groupsOf(c.node);
  const reach = windows.kernel.map((size, axis) => (size - 1) * windows.dilations[axis]!);
  const begin = reach.map((amount, axis) => amount - windows.padsBegin[axis]!);
  const end = reach.map((amount, axis) => amount - windows.padsEnd[axis]!);
  const grad = cropOnly(c, begin, end);
  const positive = (pads: number[]) => pads.map((amount) => Math.max(0, amount));
  const flipped = flippedWeights(weight, group);
  const attributes = windowAttributes({ ...windows, padsBegin: positive(begin), padsEnd: positive(end) });
  const isProjection = group === 1 && [...reach, ...attributes.pads!].every((amount) => amount === 0);
  if (isProjection && windows.kernel.every((size) => size === 1)) return { value: grad, weight: flipped };
  return c.g.conv(grad, c.g.constant(flipped, "flipped_weight"), "", { ...attributes, group });
}

/** The output's gradient without the border that negative padding cuts off. */
function cropOnly(c: RuleContext, begin: number[], end: number[]): string {
  const negative = (pads: number[]) => pads.map((amount) => Math.min(0, amount));
  return padOrCropSpatial(c, c.grads[0]!, c.shape(c.node.outputs[0]!), negative(begin), negative(end));
}

function transposedConvolution(c: RuleContext, windows: Windows, wide: number[], narrow: number[]): string {
  const missing = wide.map((size, axis) => {
    const covered = (narrow[axis]! - 1) * windows.strides[axis]! + 1 +
      (windows.kernel[axis]! - 1) * windows.dilations[axis]!;
    return size - (covered - windows.padsBegin[axis]! - windows.padsEnd[axis]!);
  });
  const attributes = { ...windowAttributes(windows), output_padding: missing, group: groupsOf(c.node) };
  return c.g.op("ConvTranspose", [c.grads[0]!, c.node.inputs[1]!], attributes);
}

/**
 * Whether the sub-pixel form applies (two dimensions, equal strides, no dilation, one group) and is the faster one: it
 * is for the 7x7 kernels that many networks begin with, where the transposed convolution scatters many products.
 */
function usesSubPixels(c: RuleContext, { strides, dilations, kernel }: Windows): boolean {
  const applies = kernel.length === 2 && groupsOf(c.node) === 1 && strides[0] === strides[1] &&
    dilations.every((dilation) => dilation === 1);
  return applies && c.shape(c.node.inputs[0]!)[1]! < 8 && kernel.every((size) => size > 2 * strides[0]!);
}

/**
 * Strided convolutions: one Conv of stride 1 makes the gradients of all stride x stride phases as channels, and
 * DepthToSpace interleaves them (Shi et al. 2016, the sub-pixel convolution).
 */
function subPixelConvolution(c: RuleContext, windows: Windows, weight: Tensor): string {
  const stride = windows.strides[0]!;
  const dims = c.shape(c.node.inputs[0]!);
  const narrow = spatial(c.shape(c.node.outputs[0]!));
  const { tensor, first, last } = subPixelWeights(weight, stride, windows.padsBegin);
  const blocks = spatial(dims).map((size) => Math.ceil(size / stride));
  const begin = first.map((tap) => -tap);
  const end = blocks.map((count, axis) => count - 1 + last[axis]! - (narrow[axis]! - 1));
  const pads = [...begin, ...end].map((amount) => Math.max(0, amount));
  const phases = c.g.conv(cropOnly(c, begin, end), c.g.constant(tensor, "sub_pixel_weight"), "", {
    kernel_shape: tensor.dims.slice(2),
    pads,
  });
  const whole = c.g.op("DepthToSpace", [phases], { blocksize: stride, mode: "DCR" });
  const excess = blocks.map((count, axis) => dims[axis + 2]! - count * stride);
  const full = [dims[0]!, dims[1]!, ...blocks.map((count) => count * stride)];
  return padOrCropSpatial(c, whole, full, [0, 0], excess);
}

/** ConvTranspose: its adjoint is the convolution with the same weights and windows. */
const transposedRule: Rule = (c) => {
  refuseComputedWeights(c);
  if (!c.needs(0)) return [undefined, undefined, biasGradient(c)];
  const [x, weight] = c.node.inputs as [string, string];
  const narrow = spatial(c.shape(x));
  const out = c.shape(c.node.outputs[0]!);
  const windows = windowsOf(c.node, spatial(c.shape(weight)), spatial(out), narrow);
  // Padding is chosen so that exactly one window remains for each input element, whatever output_padding was.
  const end = narrow.map((count, axis) => {
    const covered = (count - 1) * windows.strides[axis]! +
      (windows.kernel[axis]! - 1) * windows.dilations[axis]! + 1;
    return covered - windows.padsBegin[axis]! - out[axis + 2]!;
  });
  const cropped = padOrCropSpatial(
    c,
    c.grads[0]!,
    out,
    narrow.map(() => 0),
    end.map((pad) => Math.min(0, pad)),
  );
  const attributes = windowAttributes({ ...windows, padsEnd: end.map((pad) => Math.max(0, pad)) });
  const grad = c.g.conv(cropped, weight, "", { ...attributes, group: groupsOf(c.node) });
  return [grad, undefined, biasGradient(c)];
};

/** Convolutions of one to three dimensions. */
export const convolutionRules: Record<string, Rule> = {
  Conv: convolution,
  ConvTranspose: transposedRule,
};
