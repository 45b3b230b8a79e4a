import { flat } from "./elementwise.ts";
import { type GradientRule, type Operators, sameAsInput, type UpgradeRule } from "./operator.ts";

/**
 * Before operator set 13 these flattened their input to two dimensions at the axis and went over the second. The
 * attribute's default was 1 then and is -1 now.
 */
const upgrade: UpgradeRule = (c) => {
  if (c.opset >= 13) return c.keep();
  const axis = c.int("axis", 1);
  const attributes = { ...c.node.attributes, axis: { kind: "int" as const, value: -1 } };
  if (axis === -1 || axis + 1 === c.rank(0)) return c.change({ attributes });
  const { g } = c;
  const flat = g.op("Flatten", [c.input(0)], { axis });
  const result = g.op(c.node.op, [flat], { axis: 1 });
  c.finish("Reshape", [result, g.op("Shape", [c.input(0)])]);
};

/** For y = softmax(x): dx = y (g - sum(g y)). */
const softmax: GradientRule = (c) => {
  const { grad, y } = c;
  return y.mul(grad.sub(grad.mul(y).reduceSum([c.axis(-1)])));
};

const logSoftmax: GradientRule = (c) => {
  const { grad, y } = c;
  return grad.sub(y.exp().mul(grad.reduceSum([c.axis(-1)])));
};

/** Normalisations to a distribution along an axis. */
export const softmaxes: Operators = {
  Softmax: { shape: sameAsInput, upgrade, gradient: softmax },
  LogSoftmax: { shape: sameAsInput, upgrade, gradient: logSoftmax },
  Hardmax: { shape: sameAsInput, upgrade, gradient: flat },
};
