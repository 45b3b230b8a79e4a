/**
 * Operators that move elements to another place without touching them.
 *
 * @module
 */

import { elementCount, intAttribute, intsAttribute } from "../model.ts";
import { broadcastShapes, listed, normalizeAxes, normalizeAxis } from "./axes.ts";
import type { NodeContext, ShapeRule, TensorInfo } from "./context.ts";

const reshape: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const keepZero = intAttribute(c.node, "allowzero", 0) === 1;
  const wanted = c.numbers(1).map((size, axis) => {
    if (size !== 0 || keepZero) return size;
    if (dims[axis] === undefined) {
      throw new Error(`0 at axis ${axis} copies a size that the input does not have`);
    }
    return dims[axis];
  });
  const count = elementCount(dims);
  const known = elementCount(wanted.filter((size) => size !== -1));
  const isOpen = wanted.includes(-1);
  if (isOpen ? known === 0 || count % known !== 0 : known !== count) {
    throw new Error(`${count} elements of ${listed([dims])} do not fill ${listed([wanted])}`);
  }
  return [{ type, dims: wanted.map((size) => size === -1 ? count / known : size) }];
};

const flatten: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const given = intAttribute(c.node, "axis", 1);
  const axis = given === dims.length ? given : normalizeAxis(given, dims.length);
  return [{ type, dims: [elementCount(dims.slice(0, axis)), elementCount(dims.slice(axis))] }];
};

const transpose: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const perm = intsAttribute(c.node, "perm", dims.map((_, i) => dims.length - 1 - i));
  if (normalizeAxes(perm, dims.length).length !== dims.length) {
    throw new Error(`[${perm.join(", ")}] does not permute ${listed([dims])}`);
  }
  return [{ type, dims: perm.map((axis) => dims[normalizeAxis(axis, dims.length)]!) }];
};

const squeeze: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const given = c.intsOf("axes", 1);
  const axes = given && normalizeAxes(given, dims.length);
  if (axes?.some((axis) => dims[axis] !== 1)) {
    throw new Error(`the axes [${given}] of ${listed([dims])} are not all of size 1`);
  }
  return [{ type, dims: dims.filter((size, axis) => axes ? !axes.includes(axis) : size !== 1) }];
};

const unsqueeze: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const given = c.intsOf("axes", 1);
  if (!given) throw new Error("it names no axes");
  const axes = normalizeAxes(given, dims.length + given.length);
  let next = 0;
  const rank = dims.length + axes.length;
  return [{
    type,
    dims: Array.from({ length: rank }, (_, axis) => axes.includes(axis) ? 1 : dims[next++]!),
  }];
};

const expand: ShapeRule = (c) => [{ type: c.type(0), dims: broadcastShapes(c.dims(0), c.numbers(1)) }];

const tile: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const repeats = c.numbers(1);
  if (repeats.length !== dims.length) {
    throw new Error(`${repeats.length} repeats do not fit ${listed([dims])}`);
  }
  return [{ type, dims: dims.map((size, axis) => size * repeats[axis]!) }];
};

/** Padding of every axis: begins, then ends. Old operator sets have it as an attribute, new ones may name axes. */
export function padsOf(c: NodeContext): number[] {
  const rank = c.dims(0).length;
  const pads = c.intsOf("pads", 1) ?? [];
  const axes = c.has(3) ? normalizeAxes(c.numbers(3), rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * axes.length) throw new Error(`${pads.length} pads do not fit ${axes.length} axes`);
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    all[axis] = pads[i]!;
    all[axis + rank] = pads[i + axes.length]!;
  });
  return all;
}

const pad: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const pads = padsOf(c);
  return [{ type, dims: dims.map((size, axis) => size + pads[axis]! + pads[axis + dims.length]!) }];
};

const concat: ShapeRule = (c) => {
  const inputs = c.inputs();
  const { type, dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", 0), dims.length);
  const fits = (info: TensorInfo) =>
    info.dims.length === dims.length && info.dims.every((size, i) => i === axis || size === dims[i]);
  if (!inputs.every(fits)) {
    throw new Error(`${listed(inputs.map((info) => info.dims))} differ beside axis ${axis}`);
  }
  const size = inputs.reduce((sum, info) => sum + info.dims[axis]!, 0);
  return [{ type, dims: dims.map((n, i) => i === axis ? size : n) }];
};

const split: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", 0), dims.length);
  const count = intAttribute(c.node, "num_outputs", c.node.outputs.length);
  const sizes = c.intsOf("split", 1) ?? equalParts(dims[axis]!, count);
  if (sizes.reduce((sum, size) => sum + size, 0) !== dims[axis]) {
    throw new Error(`parts of [${sizes.join(", ")}] do not make up axis ${axis} of ${listed([dims])}`);
  }
  return sizes.map((part) => ({ type, dims: dims.map((n, i) => i === axis ? part : n) }));
};

/** The last part is smaller where the size cannot be divided. */
function equalParts(size: number, count: number): number[] {
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
}

/** What a Slice takes from one axis: elements `start`, `start + step`, …, `count` of them. */
export interface SlicedAxis {
  axis: number;
  start: number;
  step: number;
  count: number;
}

/** The axes that a Slice node cuts. */
export function slicedAxes(c: NodeContext): SlicedAxis[] {
  const dims = c.dims(0);
  const starts = c.intsOf("starts", 1) ?? [];
  const ends = c.intsOf("ends", 2) ?? [];
  const axes = normalizeAxes(c.intsOf("axes", 3) ?? starts.map((_, axis) => axis), dims.length);
  const steps = c.has(4) ? c.numbers(4) : starts.map(() => 1);
  return axes.map((axis, i) => {
    const [size, step] = [dims[axis]!, steps[i]!];
    if (step === 0) throw new Error("a step of 0 leads nowhere");
    const counted = (value: number) => value < 0 ? value + size : value;
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = Math.min(Math.max(counted(starts[i]!), 0), high);
    const end = Math.min(Math.max(counted(ends[i]!), low), high);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

const slice: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const result = [...dims];
  for (const { axis, count } of slicedAxes(c)) result[axis] = count;
  return [{ type, dims: result }];
};

const depthToSpace: ShapeRule = (c) => {
  const { type, dims: [batch, channels, height, width] } = c.input(0);
  const block = intAttribute(c.node, "blocksize", 1);
  if (channels! % block ** 2 !== 0) {
    throw new Error(`${channels} channels do not make blocks of ${block}x${block}`);
  }
  return [{ type, dims: [batch!, channels! / block ** 2, height! * block, width! * block] }];
};

const spaceToDepth: ShapeRule = (c) => {
  const { type, dims: [batch, channels, height, width] } = c.input(0);
  const block = intAttribute(c.node, "blocksize", 1);
  if (height! % block !== 0 || width! % block !== 0) {
    throw new Error(`${height}x${width} cannot be divided into blocks of ${block}x${block}`);
  }
  return [{ type, dims: [batch!, channels! * block ** 2, height! / block, width! / block] }];
};

/** Reshaping, cutting, joining and padding. */
export const layoutRules: Record<string, ShapeRule> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Concat: concat,
  Split: split,
  Slice: slice,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
