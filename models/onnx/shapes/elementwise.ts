/**
 * Operators that work element by element.
 *
 * @module
 */

import type { ElementType } from "../model.ts";
import { broadcastShapes } from "./axes.ts";
import type { ShapeRule } from "./context.ts";

const sameAsInput: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  return [{ type, dims }];
};

const toBool: ShapeRule = (c) => [{ type: "bool", dims: c.dims(0) }];

/** Broadcasts all inputs against each other; the type is that of the first one unless another is named. */
function broadcasting(result?: ElementType): ShapeRule {
  return (c) => {
    const inputs = c.inputs();
    return [{ type: result ?? c.type(0), dims: broadcastShapes(...inputs.map(({ dims }) => dims)) }];
  };
}

const where: ShapeRule = (c) => [
  { type: c.type(1), dims: broadcastShapes(c.dims(0), c.dims(1), c.dims(2)) },
];

function rulesFor(operators: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(operators.split(" ").map((op) => [op, rule]));
}

/** Arithmetic, comparison, logic, activations, and normalisations that keep the shape. */
export const elementwiseRules: Record<string, ShapeRule> = {
  ...rulesFor("Identity Neg Abs Sign Ceil Floor Round Sqrt Exp Log Reciprocal Erf", sameAsInput),
  ...rulesFor("Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh", sameAsInput),
  ...rulesFor("Relu LeakyRelu PRelu Elu Selu Celu ThresholdedRelu Clip", sameAsInput),
  ...rulesFor("Sigmoid HardSigmoid HardSwish Softplus Softsign Shrink Gelu Mish", sameAsInput),
  ...rulesFor("Softmax LogSoftmax Hardmax LpNormalization", sameAsInput),
  ...rulesFor("CumSum Trilu ReverseSequence BitwiseNot", sameAsInput),
  ...rulesFor("Not IsNaN IsInf", toBool),
  ...rulesFor("Add Sub Mul Div Pow Mod Max Min Sum Mean BitShift", broadcasting()),
  ...rulesFor("BitwiseAnd BitwiseOr BitwiseXor", broadcasting()),
  ...rulesFor("Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor", broadcasting("bool")),
  Where: where,
};
