import {
  type Attribute,
  elementCount,
  floatTensor,
  type Graph,
  intTensor,
  type Node,
  type Tensor,
} from "../onnx/model.ts";
import type { inferShapes } from "../onnx/shapes.ts";
import { constantOperators } from "./constant_operators.ts";

/** Results larger than this stay nodes: a constant would only make the model bigger. */
const largestResult = 1 << 24;

/**
 * Replaces what does not depend on the picture's content by constants: Constant nodes, shapes of values, and
 * everything computed from constants by the operators that exporters use for shapes and weights.
 */
export function foldConstants(graph: Graph, shapes: ReturnType<typeof inferShapes>): Graph {
  const initializers = new Map(graph.initializers);
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const result = evaluate(node, initializers, shapes);
    if (result) initializers.set(node.outputs[0]!, result);
    else nodes.push(node);
  }
  return { ...graph, nodes, initializers };
}

function evaluate(
  node: Node,
  constants: Map<string, Tensor>,
  shapes: ReturnType<typeof inferShapes>,
): Tensor | undefined {
  if (node.domain !== "") return undefined;
  if (node.op === "Constant") return constantValue(node.attributes);
  const operator = constantOperators.get(node.op);
  if (!operator || node.outputs.length !== 1) return undefined;
  if (node.op === "Shape" || node.op === "Size") {
    const dims = shapes.get(node.inputs[0]!)?.dims;
    return dims && operator(node, [{ type: "bool", dims, data: new Uint8Array() }]);
  }
  const inputs = node.inputs.map((name) => constants.get(name));
  const isConstant = node.inputs.every((name, index) => name === "" || inputs[index]);
  const info = shapes.get(node.outputs[0]!);
  if (!isConstant || (info && elementCount(info.dims) > largestResult)) return undefined;
  if (inputs.some((tensor) => tensor?.type === "float16")) return undefined;
  return operator(node, inputs as Tensor[]);
}

function constantValue(attributes: Record<string, Attribute>): Tensor | undefined {
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.kind === "tensor") return attribute.value;
    if (name === "value_float" && attribute.kind === "float") return floatTensor([attribute.value], []);
    if (name === "value_floats" && attribute.kind === "floats") return floatTensor(attribute.value);
    if (name === "value_int" && attribute.kind === "int") return intTensor([attribute.value], []);
    if (name === "value_ints" && attribute.kind === "ints") return intTensor(attribute.value);
  }
  return undefined;
}
