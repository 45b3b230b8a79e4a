import { type Attribute, elementCount, floatTensor } from "../model.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import { normShares, normSlopes } from "./norm_gradient.ts";
import type { GradientRule, Operator, Operators, UpgradeRule } from "./operator.ts";
import { countsPadding, pooled, spelledOutWindows } from "./pooling.ts";
import type { Value } from "./value.ts";
import { type CountedWindows, coveredBy } from "./windows.ts";

const isDilated = (c: NodeContext): boolean => c.ints("dilations", []).some((dilation) => dilation !== 1);

/**
 * Operator set 19 gave AveragePool dilations. Written as a convolution of every channel with ones, divided by the number of
 * elements that each window sees.
 */
const upgrade: UpgradeRule = (c) => {
  if (!isDilated(c)) return c.change({}, ["dilations"]);
  if (c.int("ceil_mode", 0) === 1) c.refuse("dilations together with ceil_mode are not supported");
  const { g } = c;
  const x = c.input(0);
  const kernel = c.ints("kernel_shape", []);
  const size = elementCount(kernel);
  const ones = g.floats(new Float32Array(size).fill(1), [1, 1, ...kernel]);
  const weight = c.isFloat32() ? ones : g.op("CastLike", [ones, x]);
  const windows = Object.fromEntries(
    ["kernel_shape", "strides", "dilations", "pads", "auto_pad"].flatMap((name): [string, Attribute][] => {
      const attribute = c.attribute(name);
      return attribute ? [[name, attribute]] : [];
    }),
  );
  const shape = g.op("Shape", [x]);
  const spatial = g.slice(shape, [2], [kernel.length + 2], [0]);
  const planes = g.op("Reshape", [x, g.concat([g.ints(-1, 1), spatial], 0)]);
  const sums = g.conv(planes, weight, "", windows);
  const means = g.div(sums, countsPadding(c) ? c.scalarLike(size, x) : visible());
  const sizes = g.slice(g.op("Shape", [sums]), [2], [kernel.length + 2], [0]);
  c.finish("Reshape", [means, g.concat([g.slice(shape, [0], [2], [0]), sizes], 0)]);

  /** How many elements each window sees that are not padding. */
  function visible(): string {
    const one: Attribute = { kind: "tensor", value: floatTensor([1]) };
    const plane = g.op("ConstantOfShape", [g.concat([g.ints(1, 1), spatial], 0)], { value: one });
    return g.conv(c.isFloat32() ? plane : g.op("CastLike", [plane, x]), weight, "", windows);
  }
};

/** Operator set 18 gave LpPool dilations and a ceil_mode. */
const upgradeLpPool: UpgradeRule = (c) => {
  if (c.opset < 18) return c.keep();
  if (isDilated(c) || c.int("ceil_mode", 0) === 1) c.refuse("dilations and ceil_mode are not supported");
  c.change({}, ["dilations", "ceil_mode"]);
};

/** Every element of a window takes an equal share of the window's gradient. */
const gradient: GradientRule = (c) => {
  const windows = spelledOutWindows(c);
  const { kernel, strides, padsBegin, padsEnd } = windows;
  if (strides.every((stride) => stride === 1)) {
    const mirrored = (pads: number[]) => pads.map((pad, axis) => kernel[axis]! - 1 - pad);
    const attributes = {
      kernel_shape: kernel,
      pads: [...mirrored(padsBegin), ...mirrored(padsEnd)],
      count_include_pad: 1,
    };
    return dividedGradient(c, windows, elementCount(kernel)).op("AveragePool", [], attributes);
  }
  const share = dividedGradient(c, windows, 1);
  const tiles = kernel.every((size, axis) => size === strides[axis] && padsBegin[axis] === 0);
  return tiles ? repeated(c, share, windows) : spread(c, share, windows);
};

/** The gradient divided by the size of each window, times `factor`. */
function dividedGradient(c: GradientContext, windows: CountedWindows, factor: number): Value {
  const sizes = windows.counts.map((_, axis) => divisors(c, windows, axis));
  if (sizes.every((axis) => axis.every((size) => size === axis[0]))) {
    return c.grad.scale(factor / sizes.reduce((product, axis) => product * axis[0]!, 1));
  }
  let weights = [factor];
  for (const axis of sizes) weights = weights.flatMap((weight) => axis.map((size) => weight / size));
  return c.grad.mul(c.fixed(floatTensor(weights, [1, 1, ...windows.counts]), "window_weights"));
}

/** For each output along one axis: how many elements its window divides by. */
function divisors(c: GradientContext, windows: CountedWindows, axis: number): number[] {
  const { kernel, strides, padsBegin, padsEnd, counts } = windows;
  const size = c.x.spatial[axis]!;
  const [low, high] = countsPadding(c) ? [-padsBegin[axis]!, size + padsEnd[axis]!] : [0, size];
  return Array.from({ length: counts[axis]! }, (_, index) => {
    const start = index * strides[axis]! - padsBegin[axis]!;
    return Math.min(start + kernel[axis]!, high) - Math.max(start, low);
  });
}

/** Windows side by side: each gradient is repeated over its window. */
function repeated(c: GradientContext, share: Value, { kernel, counts }: CountedWindows): Value {
  const scales = c.value(c.g.floats([1, 1, ...kernel]));
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  const grown = share.op("Resize", [undefined, scales], attributes);
  const missing = c.x.spatial.map((size, axis) => size - kernel[axis]! * counts[axis]!);
  return grown.padOrCropSpatial(kernel.map(() => 0), missing);
}

/** Overlapping windows with a stride: a transposed convolution, channel by channel, with ones. */
function spread(c: GradientContext, share: Value, windows: CountedWindows): Value {
  const { kernel, strides, padsBegin } = windows;
  const channels = c.x.dims[1]!;
  const dims = [channels, 1, ...kernel];
  const ones = c.fixed(floatTensor(new Float32Array(elementCount(dims)).fill(1), dims), "ones");
  const whole = share.op("ConvTranspose", [ones], { kernel_shape: kernel, strides, group: channels });
  const covered = coveredBy(windows, windows.counts);
  const after = c.x.spatial.map((size, axis) => size - (covered[axis]! - padsBegin[axis]!));
  return whole.padOrCropSpatial(padsBegin.map((pad) => -pad), after);
}

/** The p-norm of each window. */
const lpPool: Operator = {
  shape: (c) => [pooled(c)],
  upgrade: upgradeLpPool,
  gradient: (c) => normSlopes(c).mul(spread(c, normShares(c), spelledOutWindows(c))),
};

/** Means (and other norms) of windows. */
export const averagePools: Operators = {
  AveragePool: { shape: (c) => [pooled(c)], upgrade, gradient },
  LpPool: lpPool,
};
