/**
 * Operators that read or write elements by index.
 *
 * @module
 */

import { intAttribute, numbersOf } from "../model.ts";
import { listed, normalizeAxis } from "./axes.ts";
import type { ShapeRule } from "./context.ts";

const gather: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", 0), dims.length);
  return [{ type, dims: [...dims.slice(0, axis), ...c.dims(1), ...dims.slice(axis + 1)] }];
};

const gatherNd: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const indices = c.dims(1);
  const depth = indices.at(-1) ?? 0;
  const batch = intAttribute(c.node, "batch_dims", 0);
  if (batch + depth > dims.length) {
    throw new Error(`indices of ${depth} numbers go deeper than ${listed([dims])}`);
  }
  return [{ type, dims: [...indices.slice(0, -1), ...dims.slice(batch + depth)] }];
};

const sameAsData: ShapeRule = (c) => [{ type: c.type(0), dims: c.dims(0) }];

const oneHot: ShapeRule = (c) => {
  const dims = c.dims(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", -1), dims.length + 1);
  return [{ type: c.type(2), dims: [...dims.slice(0, axis), c.numbers(1)[0]!, ...dims.slice(axis)] }];
};

const topK: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", -1), dims.length);
  const count = c.has(1) ? c.numbers(1)[0]! : intAttribute(c.node, "k", 0);
  const result = dims.map((size, i) => i === axis ? count : size);
  return [{ type, dims: result }, { type: "int64", dims: result }];
};

const nonZero: ShapeRule = (c) => {
  const tensor = c.constant(0);
  if (!tensor) throw new Error("its shape depends on the values it is given");
  return [{
    type: "int64",
    dims: [tensor.dims.length, numbersOf(tensor).filter((value) => value !== 0).length],
  }];
};

/** Gathering, scattering, and what counts or sorts indices. */
export const gatheringRules: Record<string, ShapeRule> = {
  Gather: gather,
  GatherElements: (c) => [{ type: c.type(0), dims: c.dims(1) }],
  GatherND: gatherNd,
  Scatter: sameAsData,
  ScatterElements: sameAsData,
  ScatterND: sameAsData,
  OneHot: oneHot,
  TopK: topK,
  NonZero: nonZero,
};
