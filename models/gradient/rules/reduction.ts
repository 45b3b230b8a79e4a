import { elementCount, intAttribute, intsAttribute, numbersOf } from "../../onnx/model.ts";
import { indicator, normalAxis, scale } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";

/** The reduced axes: an input since opset 13 for ReduceSum (18 for the others), an attribute otherwise. */
function reducedAxes(c: RuleContext): number[] {
  const rank = c.shape(c.node.inputs[0]!).length;
  const given = c.node.inputs[1] ? c.constant(c.node.inputs[1]) : undefined;
  const axes = given ? numbersOf(given) : intsAttribute(c.node, "axes", []);
  if (axes.length > 0) return axes.map((axis) => normalAxis(axis, rank));
  if (intAttribute(c.node, "noop_with_empty_axes", 0) === 1) return [];
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Wraps a derivative of the input's shape; `keep` brings the output or its gradient to a shape that broadcasts. */
function reduction(
  gradient: (c: RuleContext, grad: string, keep: (v: string) => string, count: number) => string,
): Rule {
  return (c) => {
    const dims = c.shape(c.node.inputs[0]!);
    const axes = new Set(reducedAxes(c));
    const kept = dims.map((size, axis) => axes.has(axis) ? 1 : size);
    const rank = c.shape(c.node.outputs[0]!).length;
    const keep = (value: string) => rank === dims.length || rank === 0 ? value : c.g.reshape(value, kept);
    const count = elementCount(dims) / elementCount(kept);
    return [gradient(c, keep(c.grads[0]!), keep, count), ...c.node.inputs.slice(1).map(() => undefined)];
  };
}

function expand(c: RuleContext, value: string): string {
  return c.g.op("Expand", [value, c.g.ints(...c.shape(c.node.inputs[0]!))]);
}

/** Equal extrema share the gradient. */
const extremum = reduction((c, grad, keep) => {
  const chosen = indicator(c, c.g.op("Equal", [c.node.inputs[0]!, keep(c.node.outputs[0]!)]));
  return c.g.mul(chosen, c.g.div(grad, c.g.reduceSum(chosen, reducedAxes(c))));
});

/** Reductions over axes. */
export const reductionRules: Record<string, Rule> = {
  ReduceSum: reduction((c, grad) => expand(c, grad)),
  ReduceMean: reduction((c, grad, _, count) => expand(c, scale(c, grad, 1 / count))),
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceL1: reduction((c, grad) => c.g.mul(grad, c.g.op("Sign", [c.node.inputs[0]!]))),
  ReduceL2: reduction((c, grad, keep) => c.g.mul(c.node.inputs[0]!, c.g.div(grad, keep(c.node.outputs[0]!)))),
  ReduceSumSquare: reduction((c, grad) => c.g.mul(c.node.inputs[0]!, scale(c, grad, 2))),
};
