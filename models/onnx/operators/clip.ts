import { numbersOf } from "../model.ts";
import {
  type Evaluator,
  type GradientRule,
  type Operator,
  sameAsInput,
  type UpgradeRule,
} from "./operator.ts";
import { tensorOf } from "./tensor_of.ts";

const evaluate: Evaluator = (c, [output]) => {
  const bound = (name: string, index: number, open: number) =>
    c.has(index) ? c.numbers(index)[0]! : c.float(name, open);
  const [low, high] = [bound("min", 1, -Infinity), bound("max", 2, Infinity)];
  const values = numbersOf(c.tensor(0)).map((value) => Math.min(Math.max(value, low), high));
  return [tensorOf(output!.type, output!.dims, values)];
};

/** Before operator set 11 the bounds were attributes, and no bound was a very large one. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset >= 11) return c.keep();
  const bounds = ["min", "max"].map((name) => {
    const bound = c.attribute(name);
    return bound?.kind === "float" ? c.scalarLike(bound.value, c.input(0)) : "";
  });
  const inputs = [c.input(0), ...bounds];
  while (inputs.at(-1) === "") inputs.pop();
  c.change({ inputs }, ["min", "max"]);
};

/** Passes the gradient on at the bounds too, as PyTorch's clamp does; computed bounds get what is cut off. */
const gradient: GradientRule = (c) => {
  const { grad, x } = c;
  const under = c.has(1) ? x.less(c.operand(1)) : undefined;
  const over = c.has(2) ? x.greater(c.operand(2)) : undefined;
  const outside = under && over ? under.or(over) : under ?? over;
  const cutOff = (index: number, where = outside) =>
    where && c.needs(index) ? where.where(grad, 0).sumTo(c.dims(index)) : undefined;
  return [
    c.needs(0) ? outside?.where(0, grad) ?? grad : undefined,
    cutOff(1, under),
    cutOff(2, over),
  ];
};

/** Limits values to [low, high]. */
export const clip: Operator = { shape: sameAsInput, evaluate, upgrade, gradient };
