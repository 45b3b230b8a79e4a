import type { UpgradeRule } from "./context.ts";

/** x * tanh(log(1 + exp(x))) (Misra 2019), an operator since operator set 18. */
const mish: UpgradeRule = (c) => {
  const x = c.input(0);
  c.finish("Mul", [x, c.g.tanh(c.g.op("Softplus", [x]))]);
};

/** x * Phi(x), Phi the normal distribution (Hendrycks and Gimpel 2016), an operator since operator set 20. */
const gelu: UpgradeRule = (c) => {
  const { g } = c;
  const x = c.input(0);
  const number = (value: number) => c.scalarLike(value, x);
  const isTanh = c.string("approximate", "none") === "tanh";
  const cube = () => g.mul(g.mul(x, x), x);
  const twice = isTanh
    ? g.tanh(g.mul(g.add(x, g.mul(cube(), number(0.044715))), number(Math.sqrt(2 / Math.PI))))
    : g.op("Erf", [g.mul(x, number(Math.SQRT1_2))]);
  c.finish("Mul", [g.mul(x, number(0.5)), g.add(twice, number(1))]);
};

/** Rules for activations that came after operator set 17. */
export const activationRules: Record<string, UpgradeRule> = { Mish: mish, Gelu: gelu };
