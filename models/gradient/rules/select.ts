import { invalidParameter } from "../../errors.ts";
import { elementCount, intAttribute, numbersOf } from "../../onnx/model.ts";
import { adjoint, copyMap } from "../axis_map.ts";
import { normalAxis, reduceToInput } from "../broadcast.ts";
import type { Rule } from "../registry.ts";

const where: Rule = (c) => {
  const condition = c.node.inputs[0]!;
  const grad = c.grads[0]!;
  const zero = c.g.scalar(0);
  return [
    undefined,
    c.needs(1) ? reduceToInput(c, c.g.where(condition, grad, zero), 1) : undefined,
    c.needs(2) ? reduceToInput(c, c.g.where(condition, zero, grad), 2) : undefined,
  ];
};

/** Gather with constant indices: each slice's gradient goes back to where it was taken from. */
const gather: Rule = (c) => {
  const [data, indices] = c.node.inputs as [string, string];
  const dims = c.shape(data);
  const axis = normalAxis(intAttribute(c.node, "axis", 0), dims.length);
  const constant = c.constant(indices);
  if (!constant) {
    throw invalidParameter(
      "layers",
      `Gather "${c.node.name}" computes its indices from the picture, which cannot be differentiated`,
      { advice: ["choose a layer below it"] },
    );
  }
  const size = dims[axis]!;
  const sources = numbersOf(constant).map((index) => normalAxis(index, size));
  const taken = dims.map((n, i) => i === axis ? elementCount(constant.dims) : n);
  const grad = constant.dims.length === 1 ? c.grads[0]! : c.g.reshape(c.grads[0]!, taken);
  return [adjoint(c, grad, taken, [copyMap(axis, size, sources)]), undefined];
};

/** Choosing elements. */
export const selectRules: Record<string, Rule> = { Where: where, Gather: gather };
