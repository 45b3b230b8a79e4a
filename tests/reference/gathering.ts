import { intAttribute, intsAttribute, stringAttribute } from "../../models/onnx/model.ts";
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

/** Each tuple along the last axis of the indices addresses a slice of the first input. */
function gatherND(call: Call): NdArray[] {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const batch = intAttribute(call.node, "batch_dims", 0);
  const depth = indices.dims.at(-1)!;
  const outer = indices.dims.slice(0, -1);
  const dims = [...outer, ...x.dims.slice(batch + depth)];
  return [generate(dims, (index) => {
    const tuple = Array.from(
      { length: depth },
      (_, i) => wrap(at(indices, [...index.slice(0, outer.length), i]), x.dims[batch + i]!),
    );
    return at(x, [...index.slice(0, batch), ...tuple, ...index.slice(outer.length)]);
  })];
}

/** The largest (or smallest) elements along an axis, sorted, and where they were. */
function topK(call: Call): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(intAttribute(call.node, "axis", -1), x.dims.length);
  const sign = intAttribute(call.node, "largest", 1) === 1 ? -1 : 1;
  const dims = x.dims.with(axis, input(call, 1).data[0]!);
  const places = generate(dims, (index) => {
    const line = Array.from({ length: x.dims[axis]! }, (_, i) => at(x, index.with(axis, i)));
    const order = line.map((_, i) => i).sort((a, b) => sign * (line[a]! - line[b]!) || a - b);
    return order[index[axis]!]!;
  });
  return [generate(dims, (index) => at(x, index.with(axis, at(places, index)))), places];
}

/** Elements put at positions of a flat tensor of zeros. */
function maxUnpool(call: Call): NdArray[] {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const kernel = intsAttribute(call.node, "kernel_shape", []);
  const strides = intsAttribute(call.node, "strides", kernel.map(() => 1));
  const dims = call.inputs[2]
    ? [...call.inputs[2].data]
    : x.dims.map((size, axis) => axis < 2 ? size : (size - 1) * strides[axis - 2]! + kernel[axis - 2]!);
  const result = generate(dims, () => 0);
  x.data.forEach((value, position) => result.data[indices.data[position]!] = value);
  return [result];
}

/** Operators that look up elements by index. */
export const gathering: Operators = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  TopK: topK,
  MaxUnpool: maxUnpool,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
