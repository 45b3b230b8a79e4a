import { intAttribute, stringAttribute } from "../../models/onnx/model.ts";
import { at, forEachIndex, generate, map, type NdArray, normalizeAxis, positionOf } from "./nd_array.ts";
import { type Call, input, type Operators } from "./operator.ts";

const wrap = (index: number, size: number) => index < 0 ? index + size : index;

/** numpy.take: the axis is replaced by the indices' shape. */
function gather(call: Call): NdArray[] {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = normalizeAxis(intAttribute(call.node, "axis", 0), x.dims.length);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  return [generate(dims, (index) => {
    const taken = at(indices, index.slice(axis, axis + indices.dims.length));
    const rest = index.slice(axis + indices.dims.length);
    return at(x, [...index.slice(0, axis), wrap(taken, x.dims[axis]!), ...rest]);
  })];
}

function gatherElements(call: Call): NdArray[] {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const axis = normalizeAxis(intAttribute(call.node, "axis", 0), x.dims.length);
  return [
    generate(indices.dims, (index) => at(x, index.with(axis, wrap(at(indices, index), x.dims[axis]!)))),
  ];
}

const combinations: Record<string, (old: number, update: number) => number> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
};

/** The first input with elements replaced (or added to, or multiplied) at the indices. */
function scatterElements(call: Call): NdArray[] {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const axis = normalizeAxis(intAttribute(call.node, "axis", 0), x.dims.length);
  const combine = combinations[stringAttribute(call.node, "reduction", "none")]!;
  const result = map(x, (value) => value);
  forEachIndex(indices.dims, (index, position) => {
    const place = positionOf(x.dims, index.with(axis, wrap(indices.data[position]!, x.dims[axis]!)));
    result.data[place] = combine(result.data[place]!, updates.data[position]!);
  });
  return [result];
}

/** The last axis of the indices addresses a slice of the first input. */
function scatterND(call: Call): NdArray[] {
  const [x, indices, updates] = [input(call, 0), input(call, 1), input(call, 2)];
  const combine = combinations[stringAttribute(call.node, "reduction", "none")]!;
  const outer = indices.dims.slice(0, -1);
  const result = map(x, (value) => value);
  forEachIndex(updates.dims, (index, position) => {
    const address = Array.from(
      { length: indices.dims.at(-1)! },
      (_, i) => wrap(at(indices, [...index.slice(0, outer.length), i]), x.dims[i]!),
    );
    const place = positionOf(x.dims, [...address, ...index.slice(outer.length)]);
    result.data[place] = combine(result.data[place]!, updates.data[position]!);
  });
  return [result];
}

/** Operators that look up elements by index. */
export const gathering: Operators = {
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
