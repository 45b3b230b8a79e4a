import { intsAttribute, type Node } from "../../models/onnx/model.ts";
import type { NdArray } from "./nd_array.ts";

/**
 * The context of an operator: its node, its inputs (undefined if omitted) and the version of the operator
 * set.
 */
export interface Call {
  node: Node;
  inputs: (NdArray | undefined)[];
  opset: number;
}

/** Computes a node's outputs from its inputs as defined by the ONNX specification. */
export type Operator = (call: Call) => NdArray[];

/** A family of operators by name. */
export type Operators = Record<string, Operator>;

/**
 * The input at a position.
 *
 * @throws {TypeError} if the node omits it
 */
export function input({ node, inputs }: Call, position: number): NdArray {
  const value = inputs[position];
  if (!value) throw new TypeError(`${node.op} ${node.name} lacks input ${position}`);
  return value;
}

/**
 * Integers that newer operator sets take as an input and older ones as an attribute; undefined if neither is
 * given.
 */
export function integers(call: Call, position: number, attribute: string): number[] | undefined {
  const value = call.inputs[position];
  if (value) return Array.from(value.data);
  return call.node.attributes[attribute] ? intsAttribute(call.node, attribute, []) : undefined;
}
