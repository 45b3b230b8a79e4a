import { intsAttribute, type Node } from "../../models/onnx/model.ts";
import type { NdArray } from "./nd_array.ts";

/** What an operator sees: its node, its inputs (undefined where left out) and the version of the operator set. */
export interface Call {
  node: Node;
  inputs: (NdArray | undefined)[];
  opset: number;
}

/** Computes a node's outputs from its inputs, as the ONNX specification says. */
export type Operator = (call: Call) => NdArray[];

/** A family of operators by name. */
export type Operators = Record<string, Operator>;

/** The input at a position. Throws a TypeError when the node leaves it out. */
export function input({ node, inputs }: Call, position: number): NdArray {
  const value = inputs[position];
  if (!value) throw new TypeError(`${node.op} ${node.name} lacks input ${position}`);
  return value;
}

/** Integers that newer operator sets take as an input and older ones as an attribute; undefined where given by neither. */
export function integers(call: Call, position: number, attribute: string): number[] | undefined {
  const value = call.inputs[position];
  if (value) return Array.from(value.data);
  return call.node.attributes[attribute] ? intsAttribute(call.node, attribute, []) : undefined;
}
