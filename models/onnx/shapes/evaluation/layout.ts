import { intAttribute, intsAttribute, stringAttribute, type Tensor } from "../../model.ts";
import { normalizeAxis } from "../axes.ts";
import { padsOf, slicedAxes } from "../layout.ts";
import { broadcastTo, forEachPlace, strided, stridesOf, zeros } from "../strided.ts";
import { type Evaluator, tensorAt } from "./evaluator.ts";

/** The same elements in the same order under the shape of the output. */
const reshaped: Evaluator = (node, [output]) => [{ ...tensorAt(node, 0), dims: output!.dims }];

const transpose: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const rank = source.dims.length;
  const perm = intsAttribute(node.node, "perm", source.dims.map((_, i) => rank - 1 - i));
  const strides = stridesOf(source.dims);
  return [strided(source, output!.dims, perm.map((axis) => strides[normalizeAxis(axis, rank)]!))];
};

/** Repeats along an axis are a view of it as two: [repeat, size], the former with step 0. */
const tile: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const strides = stridesOf(source.dims);
  const repeats = node.numbers(1);
  const dims = source.dims.flatMap((size, axis) => [repeats[axis]!, size]);
  const steps = strides.flatMap((stride) => [0, stride]);
  return [{ ...strided(source, dims, steps), dims: output!.dims }];
};

const concat: Evaluator = (node, [output]) => {
  const { type, dims } = output!;
  const axis = normalizeAxis(intAttribute(node.node, "axis", 0), dims.length);
  const strides = stridesOf(dims);
  const data = zeros(type, strides.length === 0 ? 1 : dims[0]! * strides[0]!);
  let offset = 0;
  node.node.inputs.forEach((_, index) => {
    const part = tensorAt(node, index);
    forEachPlace(part.dims, strides, offset, (position, place) => data[place] = part.data[position]!);
    offset += part.dims[axis]! * strides[axis]!;
  });
  return [{ type, dims, data }];
};

const split: Evaluator = (node, outputs) => {
  const source = tensorAt(node, 0);
  const axis = normalizeAxis(intAttribute(node.node, "axis", 0), source.dims.length);
  const strides = stridesOf(source.dims);
  let offset = 0;
  return outputs.map(({ dims }) => {
    const part = strided(source, dims, strides, offset);
    offset += dims[axis]! * strides[axis]!;
    return part;
  });
};

const slice: Evaluator = (node, [output]) => {
  const source = tensorAt(node, 0);
  const strides = stridesOf(source.dims);
  const steps = [...strides];
  let offset = 0;
  for (const { axis, start, step } of slicedAxes(node)) {
    steps[axis] = strides[axis]! * step;
    offset += start * strides[axis]!;
  }
  return [strided(source, output!.dims, steps, offset)];
};

/** Padding with a constant, which may also be negative and then cuts. */
const pad: Evaluator = (node, [output]) => {
  if (stringAttribute(node.node, "mode", "constant") !== "constant") return undefined;
  const source = tensorAt(node, 0);
  const { type, dims } = output!;
  const begins = padsOf(node).slice(0, dims.length);
  const strides = stridesOf(dims);
  const data = broadcastTo(fillValue(node, source), dims).data.slice() as Tensor["data"];
  const sourceStrides = stridesOf(source.dims);
  const isInside = (position: number) =>
    begins.every((begin, axis) => {
      const index = Math.floor(position / sourceStrides[axis]!) % source.dims[axis]! + begin;
      return index >= 0 && index < dims[axis]!;
    });
  const offset = begins.reduce((sum, begin, axis) => sum + begin * strides[axis]!, 0);
  forEachPlace(source.dims, strides, offset, (position, place) => {
    if (isInside(position)) data[place] = source.data[position]!;
  });
  return [{ type, dims, data }];
};

function fillValue(node: Parameters<Evaluator>[0], source: Tensor): Tensor {
  if (node.has(2)) return { ...tensorAt(node, 2), dims: [] };
  const data = zeros(source.type, 1);
  const value = node.node.attributes.value;
  if (value?.kind === "float" && !(data instanceof BigInt64Array)) data[0] = value.value;
  return { type: source.type, dims: [], data };
}

/** Moving known elements to other places. */
export const layoutEvaluators: Record<string, Evaluator> = {
  Identity: reshaped,
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Expand: (node, [output]) => [broadcastTo(tensorAt(node, 0), output!.dims)],
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
};
