import { intAttribute } from "../model.ts";
import { normalizeAxis } from "./axes.ts";
import type { ShapeRule } from "./context.ts";

const sameAsInput: ShapeRule = (c) => [{ type: c.type(0), dims: c.dims(0) }];

/** The outputs behind the first one hold one number for each channel (statistics, in training only). */
const batchNormalization: ShapeRule = (c) => [
  { type: c.type(0), dims: c.dims(0) },
  ...c.node.outputs.slice(1).map((_, i) => ({ type: c.type(3), dims: c.dims(i % 2 === 0 ? 3 : 4) })),
];

const layerNormalization: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const axis = normalizeAxis(intAttribute(c.node, "axis", -1), dims.length);
  const statistics = dims.map((size, i) => i < axis ? size : 1);
  return [
    { type, dims },
    { type: "float32", dims: statistics },
    { type: "float32", dims: statistics },
  ];
};

const dropout: ShapeRule = (c) => [
  { type: c.type(0), dims: c.dims(0) },
  { type: "bool", dims: c.dims(0) },
];

/** Normalisations and dropout: all keep the shape of their input. */
export const normalizationRules: Record<string, ShapeRule> = {
  LRN: sameAsInput,
  InstanceNormalization: sameAsInput,
  GroupNormalization: sameAsInput,
  MeanVarianceNormalization: sameAsInput,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Dropout: dropout,
};
