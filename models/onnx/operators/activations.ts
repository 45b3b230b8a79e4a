import { float } from "../build.ts";
import { each, partials } from "./elementwise.ts";
import type { GradientContext } from "./gradient_context.ts";
import {
  type GradientRule,
  type Operator,
  type Operators,
  sameAsInput,
  type UpgradeRule,
} from "./operator.ts";
import type { UpgradeContext } from "./upgrade_context.ts";
import type { Value } from "./value.ts";

/** The largest float32: a positive number times this is at least 1, unless it is denormal. */
const huge = 3.4e38;

/**
 * For a value that is never negative: 1 where it is positive, 0 where it is 0, as min(1, huge * value).
 * Unlike comparisons, HardSigmoid uses all threads and supports the blocked layout.
 */
export function isPositive(c: GradientContext, value: string): string {
  return c.g.op("HardSigmoid", [value], { alpha: float(huge), beta: float(0) }, "mask");
}

/** The gradient of y = max(0, x): passes where y > 0. */
export function reluGradient(c: GradientContext): Value {
  const { grad, y } = c;
  return grad.mul(c.value(isPositive(c, y.name)));
}

const leakyRelu: GradientRule = (c) => {
  const { grad, x } = c;
  return x.less(0).where(grad.scale(c.float("alpha", 0.01)), grad);
};

const prelu: GradientRule = (c) => {
  const { grad, a: x, b: slope } = c;
  const negative = x.less(0);
  return partials(
    () => negative.where(grad.mul(slope), grad),
    () => negative.where(grad.mul(x), 0),
  )(c);
};

/** y = max(0, min(1, alpha x + beta)). */
const hardSigmoid: GradientRule = (c) => {
  const { grad, y } = c;
  return y.isBetween(0, 1).where(grad.scale(c.float("alpha", 0.2)), 0);
};

/** y = x h(x) with h(x) = max(0, min(1, x/6 + 1/2)): y' = h + x h'. */
const hardSwish: GradientRule = ({ grad, x }) => {
  const gate = x.op("HardSigmoid", [], { alpha: float(1 / 6), beta: float(0.5) });
  const slope = x.isBetween(-3, 3).where(x.scale(1 / 6), 0);
  return grad.mul(gate.add(slope));
};

const elu: GradientRule = (c) => {
  const { grad, x, y } = c;
  return x.greater(0).where(grad, grad.mul(y.add(c.float("alpha", 1))));
};

/** y = max(0, x) + min(0, alpha (exp(x / alpha) - 1)). */
const celu: GradientRule = (c) => {
  const { grad, x, y } = c;
  return x.greater(0).where(grad, grad.mul(y.scale(1 / c.float("alpha", 1)).add(1)));
};

const selu: GradientRule = (c) => {
  const { grad, x, y } = c;
  const gamma = c.float("gamma", 1.0507009873554805);
  const alpha = c.float("alpha", 1.6732632423543772);
  return x.greater(0).where(grad.scale(gamma), grad.mul(y.add(gamma * alpha)));
};

const softsign: GradientRule = (c) => {
  const magnitude = c.number(1).add(c.x.abs());
  return c.grad.div(magnitude.mul(magnitude));
};

/** x * Phi(x) written with Erf, or its approximation with tanh. */
export function geluOf(c: UpgradeContext, x: string, form: "erf" | "tanh"): string {
  const { g } = c;
  const number = (value: number) => c.scalarLike(value, x);
  const cube = () => g.mul(g.mul(x, x), x);
  const twice = form === "tanh"
    ? g.tanh(g.mul(g.add(x, g.mul(cube(), number(0.044715))), number(Math.sqrt(2 / Math.PI))))
    : g.op("Erf", [g.mul(x, number(Math.SQRT1_2))]);
  return g.mul(g.mul(x, number(0.5)), g.add(twice, number(1)));
}

/** x * Phi(x), Phi the normal distribution (Hendrycks and Gimpel 2016), or its approximation with tanh. */
const gelu: Operator = {
  shape: sameAsInput,
  /** An operator since operator set 20. */
  upgrade: (c) => {
    const form = c.string("approximate", "none") === "tanh" ? "tanh" : "erf";
    c.finish("Identity", [geluOf(c, c.input(0), form)]);
  },
  gradient: (c) => {
    const { grad, x } = c;
    const [half, one] = [c.number(0.5), c.number(1)];
    if (c.string("approximate", "none") === "none") {
      const phi = half.mul(one.add(x.scale(Math.SQRT1_2).erf()));
      const bell = x.mul(x).scale(-0.5).exp();
      return grad.mul(phi.add(x.mul(bell.scale(1 / Math.sqrt(2 * Math.PI)))));
    }
    const [a, b] = [Math.sqrt(2 / Math.PI), 0.044715];
    const square = x.mul(x);
    const t = x.mul(c.number(a).add(square.scale(a * b))).tanh();
    const inner = c.number(a).add(square.scale(3 * a * b));
    const slope = x.mul(inner).mul(one.sub(t.mul(t)));
    return grad.mul(half.mul(one.add(t).add(slope)));
  },
};

/** x * tanh(log(1 + exp(x))) (Misra 2019), an operator since operator set 18. */
const mish: UpgradeRule = (c) => {
  const x = c.input(0);
  c.finish("Mul", [x, c.g.tanh(c.g.op("Softplus", [x]))]);
};

const gradients: Record<string, GradientRule> = {
  LeakyRelu: leakyRelu,
  PRelu: prelu,
  ThresholdedRelu: (c) => c.x.greater(c.float("alpha", 1)).where(c.grad, 0),
  Sigmoid: ({ grad, y }) => grad.mul(y.mul(y.subFrom(1))),
  Tanh: ({ grad, y }) => grad.mul(y.mul(y).subFrom(1)),
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Elu: elu,
  Selu: selu,
  Celu: celu,
  Shrink: (c) => c.x.abs().greater(c.float("lambd", 0.5)).where(c.grad, 0),
  Softplus: ({ grad, x }) => grad.mul(x.sigmoid()),
  Softsign: softsign,
};

/** Non-linearities. */
export const activations: Operators = {
  ...Object.fromEntries(
    Object.entries(gradients).map(([op, gradient]) => [op, { shape: sameAsInput, gradient }]),
  ),
  Relu: {
    shape: sameAsInput,
    evaluate: each((a) => Math.max(a, 0)),
    gradient: (c) => c.isStoppedBefore() ? c.grad : reluGradient(c),
  },
  Gelu: gelu,
  Mish: { shape: sameAsInput, upgrade: mish },
};
