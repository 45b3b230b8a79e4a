import { intAttribute } from "../model.ts";
import { normalizeAxes, normalizeAxis } from "./axes.ts";
import type { NodeContext, ShapeRule } from "./context.ts";

/** The axes that a Reduce operator goes over, an attribute in old operator sets and an input in new ones. */
export function reducedAxes(c: NodeContext): number[] {
  const rank = c.dims(0).length;
  const axes = c.intsOf("axes", 1) ?? [];
  if (axes.length > 0) return normalizeAxes(axes, rank);
  const keepsAll = intAttribute(c.node, "noop_with_empty_axes", 0) === 1;
  return keepsAll ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function without(dims: number[], axes: number[], keep: boolean): number[] {
  return dims.map((size, axis) => axes.includes(axis) ? 1 : size).filter((_, axis) =>
    keep || !axes.includes(axis)
  );
}

const reduce: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  return [{ type, dims: without(dims, reducedAxes(c), intAttribute(c.node, "keepdims", 1) === 1) }];
};

const argument: ShapeRule = (c) => {
  const { dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", 0), dims.length);
  return [{ type: "int64", dims: without(dims, [axis], intAttribute(c.node, "keepdims", 1) === 1) }];
};

/** Reductions over axes. */
export const reductionRules: Record<string, ShapeRule> = {
  ...Object.fromEntries(
    ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]
      .map((name) => [`Reduce${name}`, reduce]),
  ),
  ArgMax: argument,
  ArgMin: argument,
};
