import { broadcastShapes, listed } from "./axes.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import type { GradientRule, Operator, ShapeRule } from "./operator.ts";
import { transposed } from "./strided.ts";
import type { Value } from "./value.ts";

/** The factors as matrices: a vector on the left counts as a row, one on the right as a column. */
interface Factors {
  a: number[];
  b: number[];
  /** The axes before the matrices', broadcast. */
  batch: number[];
}

function factorsOf(c: NodeContext): Factors {
  const [left, right] = [c.dims(0), c.dims(1)];
  const [a, b] = [left.length === 1 ? [1, ...left] : left, right.length === 1 ? [...right, 1] : right];
  if (a.at(-1) !== b.at(-2)) throw new Error(`${listed([left, right])} do not multiply`);
  return { a, b, batch: broadcastShapes(a.slice(0, -2), b.slice(0, -2)) };
}

const shape: ShapeRule = (c) => {
  const { a, b, batch } = factorsOf(c);
  const rows = c.dims(0).length === 1 ? [] : [a.at(-2)!];
  const columns = c.dims(1).length === 1 ? [] : [b.at(-1)!];
  return [{ type: c.type(0), dims: [...batch, ...rows, ...columns] }];
};

/** dA = g B^T, dB = A^T g, summed over broadcast batch axes. */
const gradient: GradientRule = (c) => {
  const { a, b, batch } = factorsOf(c);
  const grad = viewed(c.grad, [...batch, a.at(-2)!, b.at(-1)!]);
  return [
    c.needs(0) ? viewed(grad.matmul(turned(c, 1, b)).sumTo(a), c.dims(0)) : undefined,
    c.needs(1) ? viewed(turned(c, 0, a).matmul(grad).sumTo(b), c.dims(1)) : undefined,
  ];
};

/** The value under a shape with another number of axes; the value itself where that is its own. */
function viewed(value: Value, dims: number[]): Value {
  return value.rank === dims.length ? value : value.reshape(dims);
}

/** An input as a matrix of the given shape, the last two axes exchanged; constants are turned at build time. */
function turned(c: GradientContext, index: number, dims: number[]): Value {
  const perm = dims.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  const constant = c.dims(index).length > 1 ? c.constant(index) : undefined;
  return constant
    ? c.fixed(transposed(constant, perm), "transposed")
    : viewed(c.operand(index), dims).transpose(perm);
}

/** Products of matrices. */
export const matmul: Operator = { shape, gradient };
