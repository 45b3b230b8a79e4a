import type { GraphBuilder } from "../build.ts";
import { elementwise, entered } from "./blocked.ts";
import { channelSum, type ChannelWindow } from "./channel_sum.ts";
import type { GradientContext } from "./gradient_context.ts";
import { type GradientRule, type Operator, sameAsInput } from "./operator.ts";

/** Powers of the base of a local response normalisation, all of the input's shape. */
interface Powers {
  /** base^-beta. */
  factor: string;
  /** base^(beta - 1), which makes factor^2 into factor / base; undefined where it is 1. */
  rest: string | undefined;
}

/**
 * Local response normalisation (Krizhevsky et al. 2012) over channels: y = x s^-beta, s = bias + alpha/size sum(x^2).
 * dx = g s^-beta - 2 alpha beta / size x sum'(g y / s), the second sum over the windows that x is part of. There
 * g y / s is (g s^-beta) y s^(beta - 1), for which little is left to compute.
 *
 * The forward node is written as the same operators, so that both passes share s and its powers: onnxruntime's own
 * kernel raises every element to the power one by one, and not every provider has it.
 */
const gradient: GradientRule = (c) => {
  const { g } = c;
  const x = c.node.inputs[0]!;
  const alpha = c.float("alpha", 1e-4);
  const beta = c.float("beta", 0.75);
  const size = c.int("size", 1);
  const before = Math.floor((size - 1) / 2);
  const window: ChannelWindow = { size, before, weight: alpha / size };
  const { factor, rest } = c.rewriteForward(() => {
    const base = channelSum(c, g.mul(x, x), window, c.float("bias", 1));
    const powers = powersOf(c, base, beta);
    return { output: g.mul(x, powers.factor), ...powers };
  });
  const direct = g.mul(entered(c, c.grad.name), factor);
  const product = g.mul(direct, c.node.outputs[0]!);
  const shares = rest === undefined ? product : g.mul(product, rest);
  const mirrored = { size, before: size - 1 - before, weight: -2 * alpha * beta / size };
  return c.value(g.add(direct, g.mul(x, channelSum(c, shares, mirrored))));
};

/**
 * Where beta is a quarter, a half, three quarters (as in most networks) or one, all powers are products of one root:
 * square roots and a division are many times as fast as Pow.
 */
function powersOf(c: GradientContext, base: string, beta: number): Powers {
  const { g } = c;
  const degree = [1, 2, 4].find((degree) => Number.isInteger(beta * degree));
  if (degree === undefined || beta <= 0 || beta > 1) {
    const to = (exponent: number) => entered(c, g.op("Pow", [base, g.scalar(exponent)]));
    return { factor: to(-beta), rest: to(beta - 1) };
  }
  const inverse = elementwise(c, base, (value) => {
    let root = value;
    for (let roots = 1; roots < degree; roots *= 2) root = g.sqrt(root);
    return g.op("Reciprocal", [root]);
  });
  const powers = new Map([[1, entered(c, inverse)]]);
  const factor = power(g, powers, beta * degree);
  return { factor, rest: beta === 1 ? undefined : power(g, powers, degree - beta * degree) };
}

/** A whole power of what `powers` holds as the first, by products of smaller ones, which it remembers. */
function power(g: GraphBuilder, powers: Map<number, string>, exponent: number): string {
  const known = powers.get(exponent);
  if (known !== undefined) return known;
  const half = Math.ceil(exponent / 2);
  const product = g.mul(power(g, powers, half), power(g, powers, exponent - half));
  powers.set(exponent, product);
  return product;
}

/** Local response normalisation. */
export const lrn: Operator = { shape: sameAsInput, gradient };
