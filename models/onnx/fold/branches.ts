import type { Attribute, Graph, Node, Tensor } from "../model.ts";
import { freeName } from "../names.ts";

/**
 * The nodes of the branch that an If takes, with names that are free in the graph around it; undefined for another
 * operator, or where the condition is only known at run time. PyTorch writes an If wherever it is not sure of a shape.
 *
 * @param taken names that the graph uses; grows by those that are added
 * @param addConstant takes the branch's initializers
 */
export function branchOf(
  node: Node,
  condition: Tensor | undefined,
  taken: Set<string>,
  addConstant: (name: string, tensor: Tensor) => void,
): Node[] | undefined {
  if (node.op !== "If" || node.domain !== "" || !condition) return undefined;
  const attribute = node.attributes[condition.data[0] ? "then_branch" : "else_branch"];
  if (attribute?.kind !== "graph") return undefined;
  const branch = attribute.value;
  const names = new Map<string, string>();
  const own = [...branch.initializers.keys(), ...branch.nodes.flatMap(({ outputs }) => outputs)];
  for (const name of own) if (name !== "") names.set(name, freeName(name, taken));
  for (const [name, tensor] of branch.initializers) addConstant(names.get(name)!, tensor);
  const results = branch.outputs.map(({ name }, index): Node => ({
    name: freeName(`${node.name || "If"}_result`, taken),
    op: "Identity",
    domain: "",
    inputs: [names.get(name) ?? name],
    outputs: [node.outputs[index] ?? freeName(name, taken)],
    attributes: {},
  }));
  const nodes = branch.nodes.map((inner) => ({
    ...renamed(inner, names),
    name: freeName(inner.name, taken),
  }));
  return [...nodes, ...results];
}

/** The node with other names for the values that it, and the graphs inside it, read and make. */
export function renamed(node: Node, names: ReadonlyMap<string, string>): Node {
  const rename = (name: string) => names.get(name) ?? name;
  const attributes = Object.entries(node.attributes).map(([name, attribute]): [string, Attribute] => [
    name,
    attribute.kind === "graph" ? { kind: "graph", value: renamedInside(attribute.value, names) } : attribute,
  ]);
  return {
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: Object.fromEntries(attributes),
  };
}

/** A graph further inside, which may read renamed values; its own names differ from all around it. */
function renamedInside(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const outputs = graph.outputs.map((output) => ({ ...output, name: names.get(output.name) ?? output.name }));
  return { ...graph, nodes: graph.nodes.map((node) => renamed(node, names)), outputs };
}
