import { elementCount, type ElementType, numbersOf } from "../model.ts";
import { broadcastShapes } from "./axes.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { NodeContext } from "./node_context.ts";
import type { Evaluator, GradientRule, ShapeRule } from "./operator.ts";
import { broadcastSteps, forEachPlace } from "./strided.ts";
import { tensorOf } from "./tensor_of.ts";
import type { Value } from "./value.ts";

type Compute = (a: number, b: number, c: number) => number;

/** The shape rule of operators that broadcast all inputs; the type is the first one's unless another is named. */
export function broadcast(type?: ElementType): ShapeRule {
  return (c) => [{ type: type ?? c.type(0), dims: broadcastShapes(...c.infos().map(({ dims }) => dims)) }];
}

/** An input's elements as numbers, repeated to the shape that it broadcasts to. */
function repeated(c: NodeContext, index: number, dims: number[]): Float64Array {
  const tensor = c.tensor(index);
  const from = numbersOf(tensor);
  const values = new Float64Array(elementCount(dims));
  forEachPlace(dims, broadcastSteps(tensor.dims, dims), 0, (to, place) => values[to] = from[place]!);
  return values;
}

/** Applies a function of up to three numbers, with broadcasting. */
export function each(compute: Compute): Evaluator {
  return (c, [output]) => {
    const { type, dims } = output!;
    const [a, b, d] = c.node.inputs.map((_, index) => repeated(c, index, dims));
    return [tensorOf(type, dims, a!.map((_, i) => compute(a![i]!, b?.[i] as number, d?.[i] as number)))];
  };
}

/** Joins any number of inputs, two at a time, with broadcasting. */
export function joined(
  compute: (a: number, b: number) => number,
  finish: (total: number, count: number) => number = (total) => total,
): Evaluator {
  return (c, [output]) => {
    const { type, dims } = output!;
    const columns = c.node.inputs.map((_, index) => repeated(c, index, dims));
    const total = columns.reduce((sum, column) => sum.map((value, i) => compute(value, column[i]!)));
    return [tensorOf(type, dims, total.map((value) => finish(value, columns.length)))];
  };
}

/**
 * Wraps the partial derivatives of an operator with broadcasting, one per input. Each is computed only if it
 * is needed, and summed over the axes along which the input was repeated.
 */
export function partials(...derivatives: (((c: GradientContext) => Value) | undefined)[]): GradientRule {
  return (c) =>
    c.node.inputs.map((_, index) => {
      const derivative = derivatives[index];
      return derivative && c.needs(index) ? derivative(c).sumTo(c.dims(index)) : undefined;
    });
}

/** The gradient rule of operators that are constant almost everywhere. */
export const flat: GradientRule = () => [];
