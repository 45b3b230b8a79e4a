import { elementTypeCode } from "../onnx/build.ts";
import {
  type Attribute,
  type ElementType,
  type Graph,
  type Model,
  type Node,
  toFloat32,
} from "../onnx/model.ts";

const otherFloats: ReadonlySet<ElementType> = new Set(["float16", "bfloat16", "float64"]);
const otherCodes = new Set([...otherFloats].map((type) => elementTypeCode[type]));

/**
 * The model with all its float16, bfloat16 and float64 values in float32, in which gradients are computed. An input of
 * whole numbers, such as a picture of bytes, becomes float32, too, if the network casts it first.
 */
export function inFloat32(model: Model): Model {
  return { ...model, graph: converted(model.graph) };
}

function converted(graph: Graph): Graph {
  const initializers = new Map(
    [...graph.initializers].map((
      [name, tensor],
    ) => [name, otherFloats.has(tensor.type) ? toFloat32(tensor) : tensor]),
  );
  const inputs = graph.inputs.map((input) =>
    otherFloats.has(input.type) || isCastFirst(graph, input.name)
      ? { ...input, type: "float32" as const }
      : input
  );
  const floats = new Set(inputs.filter(({ type }) => type === "float32").map(({ name }) => name));
  const nodes = graph.nodes.map((node) => withoutCast(inNode(node), floats));
  return { ...graph, inputs, initializers, nodes };
}

/** Whether everything that reads an input makes floats of it. */
function isCastFirst({ nodes }: Graph, input: string): boolean {
  const readers = nodes.filter(({ inputs }) => inputs.includes(input));
  return readers.length > 0 &&
    readers.every(({ op, domain, attributes: { to } }) =>
      op === "Cast" && domain === "" && to?.kind === "int" &&
      (to.value === elementTypeCode.float32 || otherCodes.has(to.value))
    );
}

/** A Cast of what is float32 already does nothing. */
function withoutCast(node: Node, floats: Set<string>): Node {
  const { to } = node.attributes;
  if (node.op !== "Cast" || node.domain !== "" || to?.kind !== "int") return node;
  if (to.value !== elementTypeCode.float32 || !floats.has(node.inputs[0]!)) return node;
  return { ...node, op: "Identity", attributes: {} };
}

function inNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => {
    if (attribute.kind === "graph") return [name, { kind: "graph", value: converted(attribute.value) }];
    if (attribute.kind === "tensor" && otherFloats.has(attribute.value.type)) {
      return [name, { kind: "tensor", value: toFloat32(attribute.value) }];
    }
    const isType = attribute.kind === "int" && (name === "to" || name === "dtype");
    return isType && otherCodes.has(attribute.value)
      ? [name, { kind: "int", value: elementTypeCode.float32 }]
      : [name, attribute];
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}
