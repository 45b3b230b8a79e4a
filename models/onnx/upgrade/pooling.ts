import { type Attribute, elementCount, floatTensor, intsAttribute } from "../model.ts";
import type { UpgradeContext, UpgradeRule } from "./context.ts";

function isDilated(c: UpgradeContext): boolean {
  return intsAttribute(c.node, "dilations", []).some((dilation) => dilation !== 1);
}

/** Operator set 18 gave LpPool dilations and a ceil_mode. */
const lpPool: UpgradeRule = (c) => {
  if (c.opset < 18) return c.keep();
  if (isDilated(c) || c.int("ceil_mode", 0) === 1) c.refuse("dilations and ceil_mode are not supported");
  c.change({}, ["dilations", "ceil_mode"]);
};

/**
 * Operator set 19 gave AveragePool dilations. Written as a convolution of every channel with ones, divided by the number of
 * elements that each window sees.
 */
const averagePool: UpgradeRule = (c) => {
  if (!isDilated(c)) return c.change({}, ["dilations"]);
  if (c.int("ceil_mode", 0) === 1) c.refuse("dilations together with ceil_mode are not supported");
  const { g } = c;
  const x = c.input(0);
  const kernel = intsAttribute(c.node, "kernel_shape", []);
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
  const means = g.div(sums, c.int("count_include_pad", 0) === 1 ? c.scalarLike(size, x) : visible());
  const sizes = g.slice(g.op("Shape", [sums]), [2], [kernel.length + 2], [0]);
  c.finish("Reshape", [means, g.concat([g.slice(shape, [0], [2], [0]), sizes], 0)]);

  /** How many elements each window sees that are not padding. */
  function visible(): string {
    const one: Attribute = { kind: "tensor", value: floatTensor([1]) };
    const plane = g.op("ConstantOfShape", [g.concat([g.ints(1, 1), spatial], 0)], { value: one });
    return g.conv(c.isFloat32() ? plane : g.op("CastLike", [plane, x]), weight, "", windows);
  }
};

/** Rules for pools. */
export const poolingRules: Record<string, UpgradeRule> = { LpPool: lpPool, AveragePool: averagePool };
