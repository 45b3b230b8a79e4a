import { renamed } from "./fold/branches.ts";
import type { GraphBuilder } from "./build.ts";
import type { Model, Node } from "./model.ts";

/**
 * Uses a model as a part of another graph: its nodes and constants are copied to the end of the builder's graph, its
 * inputs replaced by the given values. Returns the values that stand for its outputs, by the names they had.
 *
 * Throws when an input is not given, or when the two are written in different operator sets.
 */
export function inline(
  g: GraphBuilder,
  model: Model,
  feeds: Readonly<Record<string, string>>,
): Record<string, string> {
  if (model.opset !== g.opset) {
    throw new Error(`a graph of operator set ${model.opset} does not fit into one of ${g.opset}`);
  }
  const names = new Map<string, string>([["", ""]]);
  for (const { name } of model.graph.inputs) {
    const value = feeds[name];
    if (value === undefined) throw new Error(`the input ${name} of ${model.graph.name} is not given`);
    names.set(name, value);
  }
  for (const [name, tensor] of model.graph.initializers) names.set(name, g.constant(tensor, name));
  for (const node of model.graph.nodes) g.graph.nodes.push(renamedApart(node, names, g));
  return Object.fromEntries(model.graph.outputs.map(({ name }) => [name, names.get(name) ?? name]));
}

function renamedApart(node: Node, names: Map<string, string>, g: GraphBuilder): Node {
  for (const output of node.outputs) if (output) names.set(output, g.unique(output));
  const copy = renamed(node, names);
  return { ...copy, name: copy.outputs[0] ?? node.name };
}
