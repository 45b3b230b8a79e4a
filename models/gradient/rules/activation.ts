import { floatAttribute, intAttribute, stringAttribute } from "../../onnx/model.ts";
import { normalAxis, reduceToInput, scale } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";
import { reluGradient } from "./relu.ts";

/** A function of one input: the derivative is multiplied with the gradient, or the whole product is given. */
function unary(gradient: (c: RuleContext, grad: string, x: string, y: string) => string): Rule {
  return (c) => [
    gradient(c, c.grads[0]!, c.node.inputs[0]!, c.node.outputs[0]!),
    ...c.node.inputs.slice(1).map(() => undefined),
  ];
}

/** `grad` where the condition holds, else 0. */
function where(c: RuleContext, condition: string, grad: string): string {
  return c.g.where(condition, grad, c.g.scalar(0));
}

function strictlyBetween(c: RuleContext, x: string, low: number, high: number): string {
  return c.g.and(c.g.greater(x, c.g.scalar(low)), c.g.less(x, c.g.scalar(high)));
}

/** Clip passes the gradient on at its bounds too, as PyTorch's clamp does; computed bounds get what is cut off. */
const clip: Rule = (c) => {
  const [x, low, high] = c.node.inputs as [string, string?, string?];
  const grad = c.grads[0]!;
  const under = low ? c.g.less(x, low) : undefined;
  const over = high ? c.g.greater(x, high) : undefined;
  const outside = under && over ? c.g.or(under, over) : under ?? over;
  const grads: (string | undefined)[] = [
    c.needs(0) ? (outside ? c.g.where(outside, c.g.scalar(0), grad) : grad) : undefined,
  ];
  if (low !== undefined) {
    grads.push(under && c.needs(1) ? reduceToInput(c, where(c, under, grad), 1) : undefined);
  }
  if (high !== undefined) {
    grads.push(over && c.needs(2) ? reduceToInput(c, where(c, over, grad), 2) : undefined);
  }
  return grads;
};

const leakyRelu = unary((c, grad, x) => {
  const alpha = floatAttribute(c.node, "alpha", 0.01);
  return c.g.where(c.g.less(x, c.g.scalar(0)), scale(c, grad, alpha), grad);
});

const prelu: Rule = (c) => {
  const [x, slope] = c.node.inputs as [string, string];
  const grad = c.grads[0]!;
  const negative = c.g.less(x, c.g.scalar(0));
  return [
    c.needs(0) ? c.g.where(negative, c.g.mul(grad, slope), grad) : undefined,
    c.needs(1) ? reduceToInput(c, where(c, negative, c.g.mul(grad, x)), 1) : undefined,
  ];
};

/** y = max(0, min(1, alpha x + beta)). */
const hardSigmoid = unary((c, grad, _, y) => {
  const alpha = floatAttribute(c.node, "alpha", 0.2);
  return where(c, strictlyBetween(c, y, 0, 1), scale(c, grad, alpha));
});

/** y = x h(x) with h(x) = max(0, min(1, x/6 + 1/2)): y' = h + x h'. */
const hardSwish = unary((c, grad, x) => {
  const alpha = { kind: "float", value: 1 / 6 } as const;
  const gate = c.g.op("HardSigmoid", [x], { alpha, beta: { kind: "float", value: 0.5 } });
  const slope = where(c, strictlyBetween(c, x, -3, 3), scale(c, x, 1 / 6));
  return c.g.mul(grad, c.g.add(gate, slope));
});

const elu = unary((c, grad, x, y) => {
  const alpha = c.g.scalar(floatAttribute(c.node, "alpha", 1));
  return c.g.where(c.g.greater(x, c.g.scalar(0)), grad, c.g.mul(grad, c.g.add(y, alpha)));
});

const selu = unary((c, grad, x, y) => {
  const gamma = floatAttribute(c.node, "gamma", 1.0507009873554805);
  const alpha = floatAttribute(c.node, "alpha", 1.6732632423543772);
  const falling = c.g.mul(grad, c.g.add(y, c.g.scalar(gamma * alpha)));
  return c.g.where(c.g.greater(x, c.g.scalar(0)), scale(c, grad, gamma), falling);
});

/** The density of the standard normal distribution times its normalisation, exp(-x^2 / 2). */
function bell(c: RuleContext, x: string): string {
  return c.g.exp(scale(c, c.g.mul(x, x), -0.5));
}

/** Hendrycks and Gimpel 2016: x Phi(x), or its approximation with tanh. */
const gelu = unary((c, grad, x) => {
  const { g } = c;
  const half = g.scalar(0.5);
  if (stringAttribute(c.node, "approximate", "none") === "none") {
    const phi = g.mul(half, g.add(g.scalar(1), g.op("Erf", [scale(c, x, Math.SQRT1_2)])));
    return g.mul(grad, g.add(phi, g.mul(x, scale(c, bell(c, x), 1 / Math.sqrt(2 * Math.PI)))));
  }
  const [a, b] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = g.mul(x, x);
  const t = g.tanh(g.mul(x, g.add(g.scalar(a), scale(c, square, a * b))));
  const inner = g.add(g.scalar(a), scale(c, square, 3 * a * b));
  const slope = g.mul(g.mul(x, inner), g.sub(g.scalar(1), g.mul(t, t)));
  return g.mul(grad, g.mul(half, g.add(g.add(g.scalar(1), t), slope)));
});

const erf = unary((c, grad, x) => {
  const slope = scale(c, c.g.exp(c.g.neg(c.g.mul(x, x))), 2 / Math.sqrt(Math.PI));
  return c.g.mul(grad, slope);
});

/** For y = softmax(x): dx = y (g - sum(g y)). */
const softmax = unary((c, grad, x, y) => {
  const axis = normalAxis(intAttribute(c.node, "axis", -1), c.shape(x).length);
  const total = c.g.reduceSum(c.g.mul(grad, y), [axis]);
  return c.g.mul(y, c.g.sub(grad, total));
});

const logSoftmax = unary((c, grad, x, y) => {
  const axis = normalAxis(intAttribute(c.node, "axis", -1), c.shape(x).length);
  return c.g.sub(grad, c.g.mul(c.g.exp(y), c.g.reduceSum(grad, [axis])));
});

const oneMinus = (c: RuleContext, value: string): string => c.g.sub(c.g.scalar(1), value);

/** Non-linearities. */
export const activationRules: Record<string, Rule> = {
  Relu: unary((c, grad, _, y) => c.isStoppedBefore() ? grad : reluGradient(c, grad, y)),
  LeakyRelu: leakyRelu,
  PRelu: prelu,
  ThresholdedRelu: unary((c, grad, x) =>
    where(c, c.g.greater(x, c.g.scalar(floatAttribute(c.node, "alpha", 1))), grad)
  ),
  Clip: clip,
  Sigmoid: unary((c, grad, _, y) => c.g.mul(grad, c.g.mul(y, oneMinus(c, y)))),
  Tanh: unary((c, grad, _, y) => c.g.mul(grad, oneMinus(c, c.g.mul(y, y)))),
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Elu: elu,
  Selu: selu,
  Softplus: unary((c, grad, x) => c.g.mul(grad, c.g.sigmoid(x))),
  Softsign: unary((c, grad, x) => {
    const magnitude = c.g.add(c.g.scalar(1), c.g.abs(x));
    return c.g.div(grad, c.g.mul(magnitude, magnitude));
  }),
  Gelu: gelu,
  Erf: erf,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
