import { elementCount, intAttribute, numbersOf, stringAttribute, type Tensor } from "../../model.ts";
import { normalizeAxis } from "../axes.ts";
import { forEachPlace, stridesOf, zeros } from "../strided.ts";
import { type Evaluator, tensorAt, tensorOf } from "./evaluator.ts";

const gather: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const axis = normalizeAxis(intAttribute(node.node, "axis", 0), source.dims.length);
  const size = source.dims[axis]!;
  const indices = node.numbers(1).map((index) => normalizeAxis(index, size));
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

/** Calls `visit(position in the indices, place in the data)` for every index along one axis. */
function alongAxis(
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

const gatherElements: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const axis = normalizeAxis(intAttribute(node.node, "axis", 0), source.dims.length);
  const data = zeros(source.type, elementCount(output!.dims));
  alongAxis(tensorAt(node, 1), source.dims, axis, (position, place) => data[position] = source.data[place]!);
  return [{ type: source.type, dims: output!.dims, data }];
};

const scatterElements: Evaluator = (node, [output]) => {
  if (stringAttribute(node.node, "reduction", "none") !== "none") return undefined;
  const [source, updates] = [tensorAt(node, 0), tensorAt(node, 2)];
  const axis = normalizeAxis(intAttribute(node.node, "axis", 0), source.dims.length);
  const data = source.data.slice() as Tensor["data"];
  alongAxis(tensorAt(node, 1), source.dims, axis, (position, place) => data[place] = updates.data[position]!);
  return [{ ...output!, data }];
};

/** Calls `visit(position of the slice, its first place in the data)` for every index tuple. */
function eachTuple(indices: Tensor, dims: number[], visit: (position: number, place: number) => void): void {
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

const gatherNd: Evaluator = (node, [output]) => {
  if (intAttribute(node.node, "batch_dims", 0) !== 0) return undefined;
  const [source, indices] = [tensorAt(node, 0), tensorAt(node, 1)];
  const run = elementCount(source.dims.slice(indices.dims.at(-1)));
  const data = zeros(source.type, elementCount(output!.dims));
  eachTuple(indices, source.dims, (position, place) => {
    for (let i = 0; i < run; i++) data[position * run + i] = source.data[place + i]!;
  });
  return [{ type: source.type, dims: output!.dims, data }];
};

const scatterNd: Evaluator = (node, [output]) => {
  if (stringAttribute(node.node, "reduction", "none") !== "none") return undefined;
  const [source, indices, updates] = [tensorAt(node, 0), tensorAt(node, 1), tensorAt(node, 2)];
  const run = elementCount(source.dims.slice(indices.dims.at(-1)));
  const data = source.data.slice() as Tensor["data"];
  eachTuple(indices, source.dims, (position, place) => {
    for (let i = 0; i < run; i++) data[place + i] = updates.data[position * run + i]!;
  });
  return [{ ...output!, data }];
};

/** The indices of all elements that are not zero, one column each. */
const nonZero: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const strides = stridesOf(source.dims);
  const places = numbersOf(source).flatMap((value, place) => value === 0 ? [] : [place]);
  const rows = strides.map((stride, axis) =>
    places.map((place) => Math.floor(place / stride) % source.dims[axis]!)
  );
  return [tensorOf("int64", output!.dims, rows.flat())];
};

/** Reading and writing known elements by index. */
export const gatheringEvaluators: Record<string, Evaluator> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  NonZero: nonZero,
};
