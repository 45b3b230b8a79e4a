import { elementCount, intTensor, numbersOf } from "../../model.ts";
import { constantOf, fillOf, shapeSlice } from "../creation.ts";
import { reducedAxes } from "../reductions.ts";
import { broadcastTo, forEachPlace, stridesOf } from "../strided.ts";
import { type Evaluator, tensorAt, tensorOf } from "./evaluator.ts";

const range: Evaluator = (node, [output]) => {
  const [start, , delta] = [0, 1, 2].map((index) => node.numbers(index)[0]!);
  const values = Array.from({ length: output!.dims[0]! }, (_, i) => start! + i * delta!);
  return [tensorOf(output!.type, output!.dims, values)];
};

/** Goes over axes, starting from `first`; `finish` gets the result and the number of elements that went into it. */
function reduction(
  first: number,
  step: (result: number, value: number) => number,
  finish = (result: number, _count: number): number => result,
): Evaluator {
  return (node, [output]) => {
    const source = tensorAt(node, 0);
    const axes = reducedAxes(node);
    const kept = source.dims.map((size, axis) => axes.includes(axis) ? 1 : size);
    const strides = stridesOf(kept).map((stride, axis) => axes.includes(axis) ? 0 : stride);
    const results = new Float64Array(elementCount(kept)).fill(first);
    const values = numbersOf(source);
    forEachPlace(source.dims, strides, 0, (position, place) => {
      results[place] = step(results[place]!, values[position]!);
    });
    const count = values.length / results.length;
    return [tensorOf(output!.type, output!.dims, results.map((result) => finish(result, count)))];
  };
}

/** Making values, telling about them, and summing them up. */
export const creationEvaluators: Record<string, Evaluator> = {
  Constant: (node) => [constantOf(node.node)],
  ConstantOfShape: (node, [output]) => [broadcastTo({ ...fillOf(node.node), dims: [] }, output!.dims)],
  Range: range,
  Shape: (node) => [intTensor(shapeSlice(node.node, node.dims(0)))],
  Size: (node) => [intTensor([elementCount(node.dims(0))], [])],
  ReduceSum: reduction(0, (sum, value) => sum + value),
  ReduceMean: reduction(0, (sum, value) => sum + value, (sum, count) => sum / count),
  ReduceProd: reduction(1, (product, value) => product * value),
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMin: reduction(Infinity, Math.min),
};
