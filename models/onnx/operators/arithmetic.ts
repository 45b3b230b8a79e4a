import { numbersOf } from "../model.ts";
import { broadcast, each, flat, joined, partials } from "./elementwise.ts";
import type { GradientContext } from "./gradient_context.ts";
import { type Evaluator, type GradientRule, type Operators, sameAsInput } from "./operator.ts";
import type { Value } from "./value.ts";

const div: Evaluator = (c, outputs) => {
  const isFloat = c.type(0).startsWith("float");
  return each(isFloat ? (a, b) => a / b : (a, b) => Math.trunc(a / b))(c, outputs);
};

/** The remainder has the divisor's sign, or with fmod the dividend's. */
const mod: Evaluator = (c, outputs) => {
  const isFmod = c.int("fmod", 0) === 1;
  return each(isFmod ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(c, outputs);
};

/** d(x*x) = 2x: one product instead of two and a sum. */
const mulGradient: GradientRule = (c) => {
  const [a, b] = c.node.inputs;
  return a === b
    ? c.grad.mul(c.a.scale(2))
    : partials(({ grad, b }) => grad.mul(b), ({ grad, a }) => grad.mul(a))(c);
};

/** d(x^p)/dx = p x^(p-1), d(x^p)/dp = x^p ln x. */
const powGradient = partials(
  (c) => {
    const { grad, a } = c;
    const exponent = c.constant(1);
    const power = exponent?.data.length === 1 ? numbersOf(exponent)[0]! : undefined;
    if (power === 2) return grad.mul(a.scale(2));
    if (power !== undefined) return grad.mul(a.pow(power - 1).scale(power));
    const exponents = c.b.cast("float32");
    const less = exponents.sub(1);
    return grad.mul(exponents.mul(a.pow(less)));
  },
  ({ grad, a, y }) => grad.mul(y.mul(a.log())),
);

/** The sum's gradient (times `factor`) for each of any number of inputs. */
function shared(factorOf: (count: number) => number): GradientRule {
  return (c) => {
    const share = c.grad.scale(factorOf(c.node.inputs.length));
    return c.node.inputs.map((_, index) => c.needs(index) ? share.sumTo(c.dims(index)) : undefined);
  };
}

/** Max and Min of any number of inputs: the first of equal inputs takes the gradient. */
const extremumGradient = (c: GradientContext): (Value | undefined)[] => {
  let free: Value | undefined;
  return c.node.inputs.map((_, index) => {
    const chosen = c.operand(index).equal(c.y).indicator();
    const taken = free ? chosen.mul(free) : chosen;
    if (index < c.node.inputs.length - 1) free = free ? free.sub(taken) : taken.subFrom(1);
    return c.needs(index) ? c.grad.mul(taken).sumTo(c.dims(index)) : undefined;
  });
};

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Element by element arithmetic of two or more inputs, with broadcasting. */
const several: Operators = {
  Add: { evaluate: each((a, b) => a + b), gradient: partials(({ grad }) => grad, ({ grad }) => grad) },
  Sub: { evaluate: each((a, b) => a - b), gradient: partials(({ grad }) => grad, ({ grad }) => grad.neg()) },
  Mul: { evaluate: each((a, b) => a * b), gradient: mulGradient },
  Div: {
    evaluate: div,
    gradient: partials(({ grad, b }) => grad.div(b), ({ grad, b, y }) => grad.mul(y.div(b)).neg()),
  },
  Pow: { evaluate: each((a, b) => a ** b), gradient: powGradient },
  /** a - b trunc(a / b), or with floor. */
  Mod: {
    evaluate: mod,
    gradient: partials(({ grad }) => grad, ({ grad, a, b, y }) => grad.mul(y.sub(a).div(b))),
  },
  BitShift: {},
  Max: { evaluate: joined(Math.max), gradient: extremumGradient },
  Min: { evaluate: joined(Math.min), gradient: extremumGradient },
  Sum: { evaluate: joined((a, b) => a + b), gradient: shared(() => 1) },
  Mean: {
    evaluate: joined((a, b) => a + b, (sum, count) => sum / count),
    gradient: shared((count) => 1 / count),
  },
};

const square = (x: Value): Value => x.mul(x);

const trigonometry: Operators = {
  Tan: { gradient: ({ grad, y }) => grad.mul(square(y).add(1)) },
  Asin: { gradient: ({ grad, x }) => grad.div(square(x).subFrom(1).sqrt()) },
  Acos: { gradient: ({ grad, x }) => grad.div(square(x).subFrom(1).sqrt()).neg() },
  Atan: { gradient: ({ grad, x }) => grad.div(square(x).add(1)) },
  Sinh: { gradient: ({ grad, x }) => grad.mul(x.op("Cosh")) },
  Cosh: { gradient: ({ grad, x }) => grad.mul(x.op("Sinh")) },
  Asinh: { gradient: ({ grad, x }) => grad.div(square(x).add(1).sqrt()) },
  Acosh: { gradient: ({ grad, x }) => grad.div(square(x).sub(1).sqrt()) },
  Atanh: { gradient: ({ grad, x }) => grad.div(square(x).subFrom(1)) },
};

/** Functions of one number. */
const single: Operators = {
  Neg: { evaluate: each((a) => -a), gradient: ({ grad }) => grad.neg() },
  Abs: { evaluate: each(Math.abs), gradient: ({ grad, x }) => grad.mul(x.sign()) },
  Sign: { evaluate: each(Math.sign), gradient: flat },
  Floor: { evaluate: each(Math.floor), gradient: flat },
  Ceil: { evaluate: each(Math.ceil), gradient: flat },
  Round: { evaluate: each(roundHalfToEven), gradient: flat },
  Sqrt: { evaluate: each(Math.sqrt), gradient: ({ grad, y }) => grad.scale(0.5).div(y) },
  Exp: { evaluate: each(Math.exp), gradient: ({ grad, y }) => grad.mul(y) },
  Log: { evaluate: each(Math.log), gradient: ({ grad, x }) => grad.div(x) },
  Reciprocal: { evaluate: each((a) => 1 / a), gradient: ({ grad, y }) => grad.mul(y.mul(y)).neg() },
  Sin: { gradient: ({ grad, x }) => grad.mul(x.cos()) },
  Cos: { gradient: ({ grad, x }) => grad.mul(x.sin()).neg() },
  Erf: { gradient: ({ grad, x }) => grad.mul(x.mul(x).neg().exp().scale(2 / Math.sqrt(Math.PI))) },
  ...trigonometry,
};

/** Sums up to each element of an axis; the gradient is summed the other way. */
const cumulativeSum: Operators = {
  CumSum: {
    shape: sameAsInput,
    gradient: (c) => {
      const attributes = { exclusive: c.int("exclusive", 0), reverse: 1 - c.int("reverse", 0) };
      return c.grad.op("CumSum", [c.operand(1)], attributes);
    },
  },
};

function withShape(operators: Operators, shape: Operators[string]["shape"]): Operators {
  return Object.fromEntries(
    Object.entries(operators).map(([op, rules]) => [op, { shape: shape!, ...rules }]),
  );
}

/** Arithmetic, element by element. */
export const arithmetic: Operators = {
  ...withShape(several, broadcast()),
  ...withShape(single, sameAsInput),
  ...cumulativeSum,
};
