import { numbersOf } from "../../onnx/model.ts";
import { indicator, reduceToInput, scale } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";

/** Wraps the partial derivatives of an operator with broadcasting: each is asked for only where it is needed. */
function elementwise(...partials: ((c: RuleContext, grad: string) => string)[]): Rule {
  return (c) =>
    c.node.inputs.map((_, index) => {
      const partial = partials[index];
      if (!partial || !c.needs(index)) return undefined;
      return reduceToInput(c, partial(c, c.grads[0]!), index);
    });
}

const input = (c: RuleContext, index: number): string => c.node.inputs[index]!;
const output = (c: RuleContext): string => c.node.outputs[0]!;
const pass = (_: RuleContext, grad: string): string => grad;

/** d(x*x) = 2x: one product instead of two and a sum. */
const mul: Rule = (c) => {
  const [a, b] = c.node.inputs as [string, string];
  if (a === b) return [c.g.mul(c.grads[0]!, scale(c, a, 2)), undefined];
  return elementwise(
    (c, grad) => c.g.mul(grad, b),
    (c, grad) => c.g.mul(grad, a),
  )(c);
};

/** d(x^p)/dx = p x^(p-1), d(x^p)/dp = x^p ln x. */
const pow = elementwise(
  (c, grad) => {
    const exponent = c.constant(input(c, 1));
    const power = exponent?.data.length === 1 ? numbersOf(exponent)[0]! : undefined;
    if (power === 2) return c.g.mul(grad, scale(c, input(c, 0), 2));
    if (power !== undefined) {
      return c.g.mul(grad, scale(c, c.g.op("Pow", [input(c, 0), c.g.scalar(power - 1)]), power));
    }
    const exponents = c.g.cast(input(c, 1), "float32");
    const less = c.g.sub(exponents, c.g.scalar(1));
    return c.g.mul(grad, c.g.mul(exponents, c.g.op("Pow", [input(c, 0), less])));
  },
  (c, grad) => c.g.mul(grad, c.g.mul(output(c), c.g.op("Log", [input(c, 0)]))),
);

/** Max and Min of any number of inputs: the first of equal inputs takes the gradient. */
const extremum: Rule = (c) => {
  let free: string | undefined;
  return c.node.inputs.map((name, index) => {
    const chosen = indicator(c, c.g.op("Equal", [name, output(c)]));
    const taken = free === undefined ? chosen : c.g.mul(chosen, free);
    if (index < c.node.inputs.length - 1) {
      free = free === undefined ? c.g.sub(c.g.scalar(1), taken) : c.g.sub(free, taken);
    }
    return c.needs(index) ? reduceToInput(c, c.g.mul(c.grads[0]!, taken), index) : undefined;
  });
};

const sum: Rule = (c) =>
  c.node.inputs.map((_, index) => c.needs(index) ? reduceToInput(c, c.grads[0]!, index) : undefined);

const mean: Rule = (c) => {
  const share = scale(c, c.grads[0]!, 1 / c.node.inputs.length);
  return c.node.inputs.map((_, index) => c.needs(index) ? reduceToInput(c, share, index) : undefined);
};

/** Operators that are constant almost everywhere. */
const flat: Rule = (c) => c.node.inputs.map(() => undefined);

/** Element by element arithmetic, with broadcasting. */
export const arithmeticRules: Record<string, Rule> = {
  Add: elementwise(pass, pass),
  Sub: elementwise(pass, (c, grad) => c.g.neg(grad)),
  Mul: mul,
  Div: elementwise(
    (c, grad) => c.g.div(grad, input(c, 1)),
    (c, grad) => c.g.neg(c.g.mul(grad, c.g.div(output(c), input(c, 1)))),
  ),
  Pow: pow,
  Sum: sum,
  Mean: mean,
  Max: extremum,
  Min: extremum,
  Neg: elementwise((c, grad) => c.g.neg(grad)),
  Abs: elementwise((c, grad) => c.g.mul(grad, c.g.op("Sign", [input(c, 0)]))),
  Sqrt: elementwise((c, grad) => c.g.div(scale(c, grad, 0.5), output(c))),
  Exp: elementwise((c, grad) => c.g.mul(grad, output(c))),
  Log: elementwise((c, grad) => c.g.div(grad, input(c, 0))),
  Reciprocal: elementwise((c, grad) => c.g.neg(c.g.mul(grad, c.g.mul(output(c), output(c))))),
  Sin: elementwise((c, grad) => c.g.mul(grad, c.g.op("Cos", [input(c, 0)]))),
  Cos: elementwise((c, grad) => c.g.neg(c.g.mul(grad, c.g.op("Sin", [input(c, 0)])))),
  Floor: flat,
  Ceil: flat,
  Round: flat,
  Sign: flat,
};
