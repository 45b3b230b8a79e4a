/**
 * Operators that sample a picture at other places.
 *
 * @module
 */

import { type Attribute, intAttribute, intsAttribute, stringAttribute } from "../model.ts";
import { listed, normalizeAxes } from "./axes.ts";
import type { NodeContext, ShapeRule } from "./context.ts";

/** onnxruntime multiplies in single precision, which decides where a product is nearly a whole number. */
function scaled(size: number, scale: number): number {
  return Math.floor(Math.fround(Math.fround(scale) * size));
}

function listOf(c: NodeContext, index: number): number[] {
  return c.has(index) ? c.numbers(index) : [];
}

/** Operator set 10 has the scales as second input; later ones put the region of interest there. */
const resize: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const isFirstVersion = c.node.inputs.length === 2;
  const scales = listOf(c, isFirstVersion ? 1 : 2);
  const sizes = isFirstVersion ? [] : listOf(c, 3);
  const policy = stringAttribute(c.node, "keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") throw new Error(`keep_aspect_ratio_policy ${policy} is not supported`);
  const axes = normalizeAxes(intsAttribute(c.node, "axes", dims.map((_, axis) => axis)), dims.length);
  const given = scales.length > 0 ? scales : sizes;
  if (given.length !== axes.length) {
    throw new Error(`${given.length} sizes or scales do not fit ${listed([dims])}`);
  }
  const result = [...dims];
  axes.forEach((axis, i) => result[axis] = scales.length > 0 ? scaled(dims[axis]!, scales[i]!) : sizes[i]!);
  return [{ type, dims: result }];
};

function floatsOf(attribute: Attribute | undefined): number[] {
  return attribute?.kind === "floats" ? attribute.value : [];
}

const upsample: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const scales = c.has(1) ? c.numbers(1) : floatsOf(c.node.attributes.scales);
  if (scales.length !== dims.length) throw new Error(`${scales.length} scales do not fit ${listed([dims])}`);
  return [{ type, dims: dims.map((size, axis) => scaled(size, scales[axis]!)) }];
};

const gridSample: ShapeRule = (c) => {
  const { type, dims } = c.input(0);
  const grid = c.dims(1);
  if (grid.length !== dims.length || grid.at(-1) !== dims.length - 2 || grid[0] !== dims[0]) {
    throw new Error(`a grid ${listed([grid])} does not fit ${listed([dims])}`);
  }
  return [{ type, dims: [dims[0]!, dims[1]!, ...grid.slice(1, -1)] }];
};

const roiAlign: ShapeRule = (c) => {
  const size = (name: string) => intAttribute(c.node, name, 1);
  const { type, dims } = c.input(0);
  return [{ type, dims: [c.dims(1)[0]!, dims[1]!, size("output_height"), size("output_width")] }];
};

/** Resizing and sampling. */
export const resamplingRules: Record<string, ShapeRule> = {
  Resize: resize,
  Upsample: upsample,
  GridSample: gridSample,
  RoiAlign: roiAlign,
};
