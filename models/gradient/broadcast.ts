import type { RuleContext } from "./registry.ts";

/**
 * The gradient of a value of shape `to` that was broadcast to shape `from`: sums over the axes that were repeated.
 * ONNX broadcasting aligns shapes at their last axis (multidirectional broadcasting, as in NumPy).
 */
export function reduceTo(c: RuleContext, grad: string, from: number[], to: number[]): string {
  const lead = from.length - to.length;
  const axes = from.map((_, axis) => axis).filter((axis) => axis < lead || from[axis] !== to[axis - lead]);
  if (axes.length === 0) return grad;
  const reduced = c.g.reduceSum(grad, axes);
  return lead === 0 ? reduced : c.g.reshape(reduced, to);
}

/** `grad` as the gradient of input `index`, whose shape was broadcast to the shape of the node's first output. */
export function reduceToInput(c: RuleContext, grad: string, index: number): string {
  return reduceTo(c, grad, c.shape(c.node.outputs[0]!), c.shape(c.node.inputs[index]!));
}

/** A float32 tensor of zeros. */
export function zeros(c: RuleContext, dims: number[]): string {
  return c.g.op("ConstantOfShape", [c.g.ints(...dims)], {}, "zeros");
}

/** `value * factor`, or the value itself where the factor is 1. */
export function scale(c: RuleContext, value: string, factor: number): string {
  return factor === 1 ? value : c.g.mul(value, c.g.scalar(factor));
}

/** 1 where the condition (a bool value) holds, else 0. */
export function indicator(c: RuleContext, condition: string): string {
  return c.g.cast(condition, "float32");
}

/** `axis` counted from the front. */
export function normalAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
