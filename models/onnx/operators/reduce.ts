import { elementCount, numbersOf } from "../model.ts";
import { normalizeAxes } from "./axes.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import {
  type Evaluator,
  type GradientRule,
  named,
  type Operator,
  type Operators,
  type ShapeRule,
  type UpgradeRule,
} from "./operator.ts";
import { forEachPlace, stridesOf } from "./strided.ts";
import { tensorOf } from "./tensor_of.ts";
import type { Value } from "./value.ts";

/** The axes that a Reduce operator goes over, an attribute in old operator sets and an input in new ones. */
function reducedAxes(c: NodeContext): number[] {
  const rank = c.dims(0).length;
  const axes = c.intsOf("axes", 1) ?? [];
  if (axes.length > 0) return normalizeAxes(axes, rank);
  const keepsAll = c.int("noop_with_empty_axes", 0) === 1;
  return keepsAll ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

/** A shape with the given axes reduced to size 1. */
const kept = (dims: number[], axes: number[]): number[] =>
  dims.map((size, axis) => axes.includes(axis) ? 1 : size);

function shapeOver(c: NodeContext, axes: number[]): number[] {
  const dims = kept(c.dims(0), axes);
  return c.int("keepdims", 1) === 1 ? dims : dims.filter((_, axis) => !axes.includes(axis));
}

const shape: ShapeRule = (c) => [{ type: c.type(0), dims: shapeOver(c, reducedAxes(c)) }];

/** Goes over axes, starting from `first`; `finish` gets the result and the number of elements that went into it. */
function reduction(
  first: number,
  step: (result: number, value: number) => number,
  finish = (result: number, _count: number): number => result,
): Evaluator {
  return (c, [output]) => {
    const source = c.tensor(0);
    const axes = reducedAxes(c);
    const sizes = kept(source.dims, axes);
    const strides = stridesOf(sizes).map((stride, axis) => axes.includes(axis) ? 0 : stride);
    const results = new Float64Array(elementCount(sizes)).fill(first);
    const values = numbersOf(source);
    forEachPlace(source.dims, strides, 0, (position, place) => {
      results[place] = step(results[place]!, values[position]!);
    });
    const count = values.length / results.length;
    return [tensorOf(output!.type, output!.dims, results.map((result) => finish(result, count)))];
  };
}

/** Since operator set 18 the axes are an input of every reduction; until then only of ReduceSum. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset < 18) return c.keep();
  const axes = c.has(1) ? c.numbers(1) : [];
  const dropped = ["noop_with_empty_axes"];
  const inputs = [c.input(0)];
  if (axes.length > 0) {
    const attributes = { ...c.node.attributes, axes: { kind: "ints" as const, value: axes } };
    return c.change({ inputs, attributes }, dropped);
  }
  if (c.int("noop_with_empty_axes", 0) !== 1) return c.change({ inputs }, dropped);
  if (!["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"].includes(c.node.op)) {
    c.refuse("it reduces no axis");
  }
  c.finish("Identity", inputs);
};

/** The output, or its gradient, in a shape that broadcasts to the input's. */
function keep(c: GradientContext, value: Value): Value {
  const { dims } = c.x;
  return [dims.length, 0].includes(c.y.rank) ? value : value.reshape(kept(dims, reducedAxes(c)));
}

/** How many elements of the input went into one of the output. */
const countOf = ({ x, y }: GradientContext): number => elementCount(x.dims) / elementCount(y.dims);

/** Equal extrema share the gradient. */
const extremum: GradientRule = (c) => {
  const grad = keep(c, c.grad);
  const chosen = c.x.equal(keep(c, c.y)).indicator();
  return chosen.mul(grad.div(chosen.reduceSum(reducedAxes(c))));
};

/** The product of the others, also where one of them is zero. */
const product: GradientRule = (c) => {
  const axes = reducedAxes(c);
  const isZero = c.x.equal(0);
  const zeros = isZero.indicator().reduceSum(axes);
  const others = isZero.where(1, c.x).op("ReduceProd", [], { axes });
  const ofZeros = zeros.equal(1).where(others, 0);
  const ofOthers = zeros.equal(0).where(others, 0).div(isZero.where(1, c.x));
  return keep(c, c.grad).mul(isZero.where(ofZeros, ofOthers));
};

const argument: Operator = {
  shape: (c) => [{ type: "int64", dims: shapeOver(c, [c.axis(0)]) }],
  gradient: "severed",
};

const reductions: Operators = {
  ReduceSum: {
    evaluate: reduction(0, (sum, value) => sum + value),
    /** Since operator set 13 the axes are an input. */
    upgrade: (c) => c.listToInput("axes"),
    gradient: (c) => keep(c, c.grad).expand(c.x.dims),
  },
  ReduceMean: {
    evaluate: reduction(0, (sum, value) => sum + value, (sum, count) => sum / count),
    gradient: (c) => keep(c, c.grad).scale(1 / countOf(c)).expand(c.x.dims),
  },
  ReduceProd: { evaluate: reduction(1, (product, value) => product * value), gradient: product },
  ReduceMax: { evaluate: reduction(-Infinity, Math.max), gradient: extremum },
  ReduceMin: { evaluate: reduction(Infinity, Math.min), gradient: extremum },
  ReduceL1: { gradient: (c) => keep(c, c.grad).mul(c.x.sign()) },
  /** x / |x|, and 0 where all is 0, where no derivative exists. */
  ReduceL2: {
    gradient: (c) => {
      const norm = keep(c, c.y);
      return c.x.mul(keep(c, c.grad).div(norm.equal(0).where(1, norm)));
    },
  },
  ReduceSumSquare: { gradient: (c) => c.x.mul(keep(c, c.grad).scale(2)) },
  ReduceLogSum: { gradient: (c) => keep(c, c.grad.mul(c.y.neg().exp())).expand(c.x.dims) },
  ReduceLogSumExp: { gradient: (c) => keep(c, c.grad).mul(c.x.sub(keep(c, c.y)).exp()) },
};

/** Reductions over axes. */
export const reduces: Operators = {
  ...Object.fromEntries(
    Object.entries(reductions).map(([op, rules]) => [op, { shape, upgrade, ...rules }]),
  ),
  ...named("ArgMax ArgMin", argument),
};
