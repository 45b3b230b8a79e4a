import type { Tensor } from "../model.ts";
import { listed } from "./axes.ts";
import { flippedWeights, subPixelWeights } from "./convolution_weights.ts";
import type { Contribution, GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import type { GradientRule, Operator, ShapeRule } from "./operator.ts";
import type { Value } from "./value.ts";
import {
  type CountedWindows,
  coveredBy,
  extentsOf,
  slidingWindows,
  windowAttributes,
  type Windows,
} from "./windows.ts";

/** The kernel's size along the spatial axes. */
export const kernelOf = (c: NodeContext): number[] => c.ints("kernel_shape", c.dims(1).slice(2));

/** Number of independent groups of channels. */
export const groupsOf = (c: NodeContext): number => c.int("group", 1);

/** The gradient of a bias: the sum over batch and space. */
export function biasGradient(c: GradientContext): Value | undefined {
  const axes = c.y.dims.map((_, axis) => axis).filter((axis) => axis !== 1);
  return c.needs(2) ? c.grad.reduceSum(axes, 0) : undefined;
}

/**
 * Checks that the weights do not depend on the picture.
 *
 * @throws {ReverieError} if they do.
 */
export function refuseComputedWeights(c: GradientContext): void {
  if (c.needs(1)) c.refuse("computes its weights from the picture, which cannot be differentiated");
}

const shape: ShapeRule = (c) => {
  const [{ type, dims }, weight] = [c.info(0), c.dims(1)];
  const { counts } = slidingWindows(c, kernelOf(c));
  const group = groupsOf(c);
  if (dims[1] !== weight[1]! * group) {
    throw new Error(
      `${listed([dims])} has not the channels of the weight ${listed([weight])}, group ${group}`,
    );
  }
  return [{ type, dims: [dims[0]!, weight[0]!, ...counts] }];
};

/** The adjoint of a convolution is a transposed convolution; written as ordinary Conv where that is faster. */
const gradient: GradientRule = (c) => {
  refuseComputedWeights(c);
  return [c.needs(0) ? inputGradient(c) : undefined, undefined, biasGradient(c)];
};

function inputGradient(c: GradientContext): Contribution {
  const windows = slidingWindows(c, kernelOf(c));
  const weight = c.constant(1);
  if (!weight) return transposedConvolution(c, windows);
  if (windows.strides.every((stride) => stride === 1)) return flippedConvolution(c, windows, weight);
  if (usesSubPixels(c, windows)) return subPixelConvolution(c, windows, weight);
  return transposedConvolution(c, windows);
}

const positive = (pads: number[]): number[] => pads.map((amount) => Math.max(0, amount));
const negative = (pads: number[]): number[] => pads.map((amount) => Math.min(0, amount));

/** Stride 1: the convolution of the gradient with the kernels turned by 180 degrees, channels exchanged. */
function flippedConvolution(c: GradientContext, windows: Windows, weight: Tensor): Contribution {
  const group = groupsOf(c);
  const reach = extentsOf(windows).map((extent) => extent - 1);
  const begin = reach.map((amount, axis) => amount - windows.padsBegin[axis]!);
  const end = reach.map((amount, axis) => amount - windows.padsEnd[axis]!);
  const grad = c.grad.padOrCropSpatial(negative(begin), negative(end));
  const flipped = flippedWeights(weight, group);
  const attributes = windowAttributes({ ...windows, padsBegin: positive(begin), padsEnd: positive(end) });
  const isProjection = group === 1 && [...reach, ...attributes.pads!].every((amount) => amount === 0);
  if (isProjection && windows.kernel.every((size) => size === 1)) return { value: grad, weight: flipped };
  return grad.conv(c.fixed(flipped, "flipped_weight"), { ...attributes, group });
}

function transposedConvolution(c: GradientContext, windows: CountedWindows): Value {
  const covered = coveredBy(windows, windows.counts);
  const missing = c.x.spatial.map((size, axis) =>
    size - (covered[axis]! - windows.padsBegin[axis]! - windows.padsEnd[axis]!)
  );
  const attributes = { ...windowAttributes(windows), output_padding: missing, group: groupsOf(c) };
  return c.grad.op("ConvTranspose", [c.operand(1)], attributes);
}

/**
 * Whether the sub-pixel form applies (two dimensions, equal strides, no dilation, one group) and is the faster one: it
 * is for the 7x7 kernels that many networks begin with, where the transposed convolution scatters many products.
 */
function usesSubPixels(c: GradientContext, { strides, dilations, kernel }: Windows): boolean {
  const applies = kernel.length === 2 && groupsOf(c) === 1 && strides[0] === strides[1] &&
    dilations.every((dilation) => dilation === 1);
  return applies && c.x.dims[1]! < 8 && kernel.every((size) => size > 2 * strides[0]!);
}

/**
 * Strided convolutions: one Conv of stride 1 makes the gradients of all stride x stride phases as channels, and
 * DepthToSpace interleaves them (Shi et al. 2016, the sub-pixel convolution).
 */
function subPixelConvolution(c: GradientContext, windows: CountedWindows, weight: Tensor): Value {
  const stride = windows.strides[0]!;
  const { spatial } = c.x;
  const { tensor, first, last } = subPixelWeights(weight, stride, windows.padsBegin);
  const blocks = spatial.map((size) => Math.ceil(size / stride));
  const begin = first.map((tap) => -tap);
  const end = blocks.map((count, axis) => count - 1 + last[axis]! - (windows.counts[axis]! - 1));
  const phases = c.grad.padOrCropSpatial(negative(begin), negative(end))
    .conv(c.fixed(tensor, "sub_pixel_weight"), {
      kernel_shape: tensor.dims.slice(2),
      pads: positive([...begin, ...end]),
    });
  const whole = phases.op("DepthToSpace", [], { blocksize: stride, mode: "DCR" });
  const excess = blocks.map((count, axis) => spatial[axis]! - count * stride);
  return whole.padOrCropSpatial([0, 0], excess);
}

/** Convolutions of one to three dimensions. */
export const conv: Operator = { shape, gradient };
