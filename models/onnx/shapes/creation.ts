/**
 * Operators that make values out of nothing or tell about values.
 *
 * @module
 */

import { elementTypeCode } from "../build.ts";
import {
  type Attribute,
  elementCount,
  type ElementType,
  floatTensor,
  intAttribute,
  intTensor,
  type Node,
  type Tensor,
} from "../model.ts";
import type { NodeContext, ShapeRule } from "./context.ts";

/** The tensor that a Constant node holds in whichever of its attributes. Throws on strings and sparse tensors. */
export function constantOf(node: Node): Tensor {
  const readers: Record<string, (attribute: Attribute) => Tensor | undefined> = {
    value: (a) => a.kind === "tensor" ? a.value : undefined,
    value_float: (a) => a.kind === "float" ? floatTensor([a.value], []) : undefined,
    value_floats: (a) => a.kind === "floats" ? floatTensor(a.value) : undefined,
    value_int: (a) => a.kind === "int" ? intTensor([a.value], []) : undefined,
    value_ints: (a) => a.kind === "ints" ? intTensor(a.value) : undefined,
  };
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const tensor = readers[name]?.(attribute);
    if (tensor) return tensor;
  }
  throw new Error("only dense constants of numbers are supported");
}

const constant: ShapeRule = (c) => {
  const { type, dims } = constantOf(c.node);
  return [{ type, dims }];
};

/** The element that fills a ConstantOfShape, as a tensor of one element. */
export function fillOf(node: Node): Tensor {
  const attribute = node.attributes.value;
  return attribute?.kind === "tensor" ? attribute.value : floatTensor([0]);
}

const constantOfShape: ShapeRule = (c) => [{ type: fillOf(c.node).type, dims: c.numbers(0) }];

/** How many elements a Range has. */
export function rangeLength(start: number, limit: number, delta: number): number {
  return Math.max(0, Math.ceil((limit - start) / delta));
}

const range: ShapeRule = (c) => [
  { type: c.type(0), dims: [rangeLength(c.numbers(0)[0]!, c.numbers(1)[0]!, c.numbers(2)[0]!)] },
];

/** The axes that a Shape node tells of: all, or those from `start` to `end` (operator set 15). */
export function shapeSlice(node: Node, dims: number[]): number[] {
  const counted = (axis: number) => Math.min(Math.max(axis < 0 ? axis + dims.length : axis, 0), dims.length);
  return dims.slice(
    counted(intAttribute(node, "start", 0)),
    counted(intAttribute(node, "end", dims.length)),
  );
}

const shape: ShapeRule = (c) => [{ type: "int64", dims: [shapeSlice(c.node, c.dims(0)).length] }];

function typeOfCode(code: number): ElementType {
  const found = (Object.keys(elementTypeCode) as ElementType[]).find((type) =>
    elementTypeCode[type] === code
  );
  if (!found) throw new Error(`element type ${code} is not supported`);
  return found;
}

const cast: ShapeRule = (c) => [{ type: typeOfCode(intAttribute(c.node, "to", 0)), dims: c.dims(0) }];

/** Same shape as the input, and its type where the attribute dtype names no other. */
const like: ShapeRule = (c) => [{ type: namedType(c) ?? c.type(0), dims: c.dims(0) }];

function namedType(c: NodeContext): ElementType | undefined {
  const code = intAttribute(c.node, "dtype", 0);
  return code === 0 ? undefined : typeOfCode(code);
}

const random: ShapeRule = (c) => {
  const dims = c.node.attributes.shape;
  if (dims?.kind !== "ints" || elementCount(dims.value) < 0) throw new Error("it names no shape");
  return [{ type: namedType(c) ?? "float32", dims: dims.value }];
};

/** Constants, ranges, casts, and what tells about shapes. */
export const creationRules: Record<string, ShapeRule> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shape,
  Size: () => [{ type: "int64", dims: [] }],
  Cast: cast,
  CastLike: (c) => [{ type: c.type(1), dims: c.dims(0) }],
  EyeLike: like,
  RandomNormalLike: like,
  RandomUniformLike: like,
  Bernoulli: like,
  RandomNormal: random,
  RandomUniform: random,
};
