import { elementCount, numbersOf, type Tensor } from "../model.ts";
import { listed, normalizeAxis } from "./axes.ts";
import { adjoint, copyMap } from "./axis_map.ts";
import { indexedRows, summedRows } from "./indexed_rows.ts";
import type { Evaluator, GradientRule, Operator, Operators, ShapeRule } from "./operator.ts";
import { forEachPlace, stridesOf, zeros } from "./strided.ts";
import { tensorOf } from "./tensor_of.ts";

/** Calls `visit(position in the indices, place in the data)` for every index along one axis. */
export function alongAxis(
  indices: Tensor,
  dims: number[],
  axis: number,
  visit: (position: number, place: number) => void,
): void {
  const strides = stridesOf(dims);
  const steps = strides.map((stride, i) => i === axis ? 0 : stride);
  const numbers = numbersOf(indices);
  forEachPlace(indices.dims, steps, 0, (position, place) => {
    visit(position, place + normalizeAxis(numbers[position]!, dims[axis]!) * strides[axis]!);
  });
}

/** Calls `visit(position of the slice, its first place in the data)` for every index tuple. */
export function eachTuple(
  indices: Tensor,
  dims: number[],
  visit: (position: number, place: number) => void,
): void {
  const depth = indices.dims.at(-1)!;
  const strides = stridesOf(dims);
  const numbers = numbersOf(indices);
  for (let position = 0; position * depth < numbers.length; position++) {
    let place = 0;
    for (let i = 0; i < depth; i++) {
      place += normalizeAxis(numbers[position * depth + i]!, dims[i]!) * strides[i]!;
    }
    visit(position, place);
  }
}

const gatherShape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const axis = c.axis(0);
  return [{ type, dims: [...dims.slice(0, axis), ...c.dims(1), ...dims.slice(axis + 1)] }];
};

const gatherEvaluate: Evaluator = (c, [output]) => {
  const source = c.tensor(0);
  const axis = c.axis(0);
  const size = source.dims[axis]!;
  const indices = c.numbers(1).map((index) => normalizeAxis(index, size));
  const inner = elementCount(source.dims.slice(axis + 1));
  const outer = elementCount(source.dims.slice(0, axis));
  const data = zeros(source.type, elementCount(output!.dims));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      for (let i = 0; i < inner; i++) data[to++] = source.data[(o * size + index) * inner + i]!;
    }
  }
  return [{ type: source.type, dims: output!.dims, data }];
};

/** Each slice's gradient goes back to where it was taken from. */
const gatherGradient: GradientRule = (c) => {
  const dims = c.dims(0);
  const axis = c.axis(0);
  const count = elementCount(c.dims(1));
  const taken = dims.map((size, i) => i === axis ? count : size);
  const grad = c.dims(1).length === 1 ? c.grad : c.grad.reshape(taken);
  const indices = c.constant(1);
  if (!indices) {
    // Indices that are computed from the picture: each is repeated over the slice that it names.
    const lines = c.operand(1).reshape(dims.map((_, i) => i === axis ? count : 1)).expand(taken);
    return c.zeros(dims).op("ScatterElements", [lines, grad], { axis, reduction: "add" });
  }
  const sources = numbersOf(indices).map((index) => normalizeAxis(index, dims[axis]!));
  return adjoint(grad, [copyMap(axis, dims[axis]!, sources)]);
};

const gatherElements: Evaluator = (c, [output]) => {
  const source = c.tensor(0);
  const data = zeros(source.type, elementCount(output!.dims));
  alongAxis(c.tensor(1), source.dims, c.axis(0), (position, place) => data[position] = source.data[place]!);
  return [{ type: source.type, dims: output!.dims, data }];
};

const gatherNd: Operator = {
  shape: (c) => {
    const { type, dims } = c.info(0);
    const indices = c.dims(1);
    const depth = indices.at(-1) ?? 0;
    const batch = c.int("batch_dims", 0);
    if (batch + depth > dims.length) {
      throw new Error(`indices of ${depth} numbers go deeper than ${listed([dims])}`);
    }
    return [{ type, dims: [...indices.slice(0, -1), ...dims.slice(batch + depth)] }];
  },
  evaluate: (c, [output]) => {
    if (c.int("batch_dims", 0) !== 0) return undefined;
    const [source, indices] = [c.tensor(0), c.tensor(1)];
    const run = elementCount(source.dims.slice(indices.dims.at(-1)));
    const data = zeros(source.type, elementCount(output!.dims));
    eachTuple(indices, source.dims, (position, place) => {
      for (let i = 0; i < run; i++) data[position * run + i] = source.data[place + i]!;
    });
    return [{ type: source.type, dims: output!.dims, data }];
  },
  gradient: (c) => {
    const rows = indexedRows(c, c.dims(0), c.operand(1), c.int("batch_dims", 0));
    return summedRows(c, c.grad, rows).reshape(c.dims(0));
  },
};

const oneHot: ShapeRule = (c) => {
  const dims = c.dims(0);
  const axis = c.axis(-1, dims.length + 1);
  return [{ type: c.type(2), dims: [...dims.slice(0, axis), c.numbers(1)[0]!, ...dims.slice(axis)] }];
};

const topK: Operator = {
  shape: (c) => {
    const { type, dims } = c.info(0);
    const axis = c.axis(-1);
    const count = c.has(1) ? c.numbers(1)[0]! : c.int("k", 0);
    const result = dims.map((size, i) => i === axis ? count : size);
    return [{ type, dims: result }, { type: "int64", dims: result }];
  },
  /** Before operator set 10 the number of elements was an attribute. */
  upgrade: (c) => {
    if (c.opset >= 10) return c.keep();
    c.change({ inputs: [c.input(0), c.g.ints(c.int("k", 1))] }, ["k"]);
  },
  /** The chosen elements take the gradient. */
  gradient: (c) =>
    c.zeros(c.dims(0)).op("ScatterElements", [c.demandOutput(1), c.grad], { axis: c.axis(-1) }),
};

/** The indices of all elements that are not zero, one column each. */
const nonZero: Operator = {
  shape: (c) => {
    const tensor = c.constant(0);
    if (!tensor) throw new Error("its shape depends on the values it is given");
    const count = numbersOf(tensor).filter((value) => value !== 0).length;
    return [{ type: "int64", dims: [tensor.dims.length, count] }];
  },
  evaluate: (c, [output]) => {
    const source = c.tensor(0);
    const places = numbersOf(source).flatMap((value, place) => value === 0 ? [] : [place]);
    const rows = stridesOf(source.dims).map((stride, axis) =>
      places.map((place) => Math.floor(place / stride) % source.dims[axis]!)
    );
    return [tensorOf("int64", output!.dims, rows.flat())];
  },
  gradient: "severed",
};

/** Reading elements by index, and what finds indices. */
export const gathering: Operators = {
  Gather: { shape: gatherShape, evaluate: gatherEvaluate, reads: "bits", gradient: gatherGradient },
  GatherElements: {
    shape: (c) => [{ type: c.type(0), dims: c.dims(1) }],
    evaluate: gatherElements,
    reads: "bits",
    gradient: (c) =>
      c.zeros(c.dims(0))
        .op("ScatterElements", [c.operand(1), c.grad], { axis: c.axis(0), reduction: "add" }),
  },
  GatherND: gatherNd,
  OneHot: { shape: oneHot, gradient: "severed" },
  TopK: topK,
  NonZero: nonZero,
};
