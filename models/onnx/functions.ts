import type { Attribute, FunctionDefinition, Graph, Node } from "./model.ts";
import { freeName, namesIn } from "./names.ts";

/** Functions inside functions go no deeper; more would be one that calls itself, which ONNX forbids. */
const deepest = 32;

/**
 * The graph with each call of a function that the file itself defines replaced by the function's own nodes. The values
 * inside get the name of the call in front. A function that holds graphs of its own (If, Loop) is left as it is.
 */
export function withFunctionsInlined(graph: Graph, functions: readonly FunctionDefinition[]): Graph {
  const byName = new Map(
    functions.filter(isFlat).map((each) => [`${each.domain}:${each.name}`, each]),
  );
  if (byName.size === 0) return graph;
  const taken = namesIn(graph);
  const expanded = (node: Node, depth: number): Node[] => {
    const called = depth > deepest ? undefined : byName.get(`${node.domain}:${node.op}`);
    return called ? bodyOf(node, called, taken).flatMap((inner) => expanded(inner, depth + 1)) : [node];
  };
  return { ...graph, nodes: graph.nodes.flatMap((node) => expanded(node, 0)) };
}

function isFlat({ nodes }: FunctionDefinition): boolean {
  return nodes.every(({ attributes }) => Object.values(attributes).every(({ kind }) => kind !== "graph"));
}

function bodyOf(call: Node, called: FunctionDefinition, taken: Set<string>): Node[] {
  const prefix = call.name || call.outputs[0] || called.name;
  const names = new Map([["", ""]]);
  called.inputs.forEach((name, i) => names.set(name, call.inputs[i] ?? ""));
  // What goes straight through a function is no node of it.
  const passed = called.outputs.flatMap((name, i): Node[] =>
    called.inputs.includes(name) ? [identity(names.get(name)!, call.outputs[i] ?? "")] : []
  );
  called.outputs.forEach((name, i) => {
    if (!called.inputs.includes(name) && call.outputs[i]) names.set(name, call.outputs[i]);
  });
  const rename = (name: string) => {
    if (!names.has(name)) names.set(name, freeName(`${prefix}/${name}`, taken));
    return names.get(name)!;
  };
  const body = called.nodes.map((node): Node => ({
    ...node,
    name: freeName(`${prefix}/${node.name}`, taken),
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: attributesOf(node, { ...called.defaults, ...call.attributes }),
  }));
  return [...body, ...passed];
}

function identity(from: string, to: string): Node {
  return { name: to, op: "Identity", domain: "", inputs: [from], outputs: [to], attributes: {} };
}

/** The node's attributes; those that stand for one of the call have its value, or are left out with it. */
function attributesOf(node: Node, given: Record<string, Attribute>): Record<string, Attribute> {
  const attributes = Object.entries(node.attributes).flatMap(([name, attribute]): [string, Attribute][] => {
    if (attribute.kind !== "reference") return [[name, attribute]];
    const value = given[attribute.value];
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(attributes);
}
