import { intAttribute } from "../../models/onnx/model.ts";
import { forEachIndex, map, type NdArray, ndArray, normalizeAxis, positionOf, reshaped } from "./nd_array.ts";
import { type Call, input, integers, type Operator, type Operators } from "./operator.ts";

function axesOf(call: Call, rank: number): number[] {
  const given = integers(call, 1, "axes") ?? [];
  if (given.length > 0) return given.map((axis) => normalizeAxis(axis, rank));
  return intAttribute(call.node, "noop_with_empty_axes", 0) === 1
    ? []
    : Array.from({ length: rank }, (_, i) => i);
}

function reduce(call: Call, start: number, combine: (a: number, b: number) => number) {
  const x = input(call, 0);
  const axes = axesOf(call, x.dims.length);
  const kept = x.dims.map((size, axis) => axes.includes(axis) ? 1 : size);
  const count = kept.reduce((product, size) => product * size, 1);
  const result = ndArray(kept, new Array(count).fill(start));
  forEachIndex(x.dims, (index, position) => {
    const place = positionOf(kept, index.map((i, axis) => axes.includes(axis) ? 0 : i));
    result.data[place] = combine(result.data[place]!, x.data[position]!);
  });
  const keep = intAttribute(call.node, "keepdims", 1) === 1;
  const dims = keep ? kept : x.dims.filter((_, axis) => !axes.includes(axis));
  return { result: reshaped(result, dims), perResult: x.data.length / count };
}

function reducer(start: number, combine: (a: number, b: number) => number): Operator {
  return (call) => [reduce(call, start, combine).result];
}

function reduceMean(call: Call): NdArray[] {
  const { result, perResult } = reduce(call, 0, (a, b) => a + b);
  return [map(result, (sum) => sum / perResult)];
}

/** Reductions over axes. */
export const reduction: Operators = {
  ReduceSum: reducer(0, (a, b) => a + b),
  ReduceMean: reduceMean,
  ReduceMax: reducer(-Infinity, Math.max),
  ReduceMin: reducer(Infinity, Math.min),
  ReduceProd: reducer(1, (a, b) => a * b),
  ReduceSumSquare: reducer(0, (sum, x) => sum + x * x),
  ReduceL1: reducer(0, (sum, x) => sum + Math.abs(x)),
  ReduceLogSum: (call) => [map(reduce(call, 0, (sum, x) => sum + x).result, Math.log)],
  ReduceLogSumExp: (call) => [map(reduce(call, 0, (sum, x) => sum + Math.exp(x)).result, Math.log)],
  ReduceL2: (call) => [map(reduce(call, 0, (sum, x) => sum + x * x).result, Math.sqrt)],
};
