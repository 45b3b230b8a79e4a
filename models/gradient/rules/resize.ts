import { numbersOf } from "../../onnx/model.ts";
import { adjoint, adjointOfRepetition } from "../axis_map.ts";
import { resizeMap } from "../interpolation.ts";
import type { Rule, RuleContext } from "../registry.ts";

/** The factor of each axis: as given where the node gives scales, otherwise the ratio of the sizes. */
function scalesOf(c: RuleContext, input: number[], output: number[]): number[] {
  const name = c.node.inputs[2];
  const tensor = name ? c.constant(name) : undefined;
  if (tensor && tensor.data.length === input.length) return numbersOf(tensor);
  return output.map((size, axis) => size / input[axis]!);
}

/** Resize is a linear map along each axis; the gradient is its adjoint. */
const resize: Rule = (c) => {
  const input = c.shape(c.node.inputs[0]!);
  const output = c.shape(c.node.outputs[0]!);
  const scales = scalesOf(c, input, output);
  const maps = input.map((size, axis) => ({ size, axis }))
    .filter(({ size, axis }) => size !== output[axis] || scales[axis] !== 1)
    .map(({ size, axis }) => resizeMap(c.node, axis, size, output[axis]!, scales[axis]!));
  const grad = c.grads[0]!;
  return [adjointOfRepetition(c, grad, output, maps) ?? adjoint(c, grad, output, maps)];
};

/** Interpolation. */
export const resizeRules: Record<string, Rule> = { Resize: resize };
