import { broadcast, each, partials } from "./elementwise.ts";
import {
  type Evaluator,
  named,
  type Operator,
  type Operators,
  sameAsInput,
  type ShapeRule,
} from "./operator.ts";
import { broadcastShapes } from "./axes.ts";

const toBool: ShapeRule = (c) => [{ type: "bool", dims: c.dims(0) }];

const holds = (test: (a: number, b: number) => boolean): Operator => ({
  shape: broadcast("bool"),
  evaluate: each((a, b) => test(a, b) ? 1 : 0),
  gradient: "severed",
});

const not: Evaluator = each((a) => a === 0 ? 1 : 0);

/** condition ? a : b. */
const where: Operator = {
  shape: (c) => [{ type: c.type(1), dims: broadcastShapes(c.dims(0), c.dims(1), c.dims(2)) }],
  evaluate: each((condition, a, b) => condition !== 0 ? a : b),
  gradient: partials(
    undefined,
    ({ a: condition, grad }) => condition.where(grad, 0),
    ({ a: condition, grad }) => condition.where(0, grad),
  ),
};

/** Comparisons, truth values, and what is chosen by them. */
export const logic: Operators = {
  Equal: holds((a, b) => a === b),
  Greater: holds((a, b) => a > b),
  GreaterOrEqual: holds((a, b) => a >= b),
  Less: holds((a, b) => a < b),
  LessOrEqual: holds((a, b) => a <= b),
  And: holds((a, b) => a !== 0 && b !== 0),
  Or: holds((a, b) => a !== 0 || b !== 0),
  Xor: holds((a, b) => (a !== 0) !== (b !== 0)),
  Not: { shape: toBool, evaluate: not, gradient: "severed" },
  ...named("IsNaN IsInf", { shape: toBool, gradient: "severed" }),
  Where: where,
  BitwiseNot: { shape: sameAsInput, since: 18 },
  ...named("BitwiseAnd BitwiseOr BitwiseXor", { shape: broadcast(), since: 18 }),
};
