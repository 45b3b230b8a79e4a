import type { Graph, Node } from "../onnx/model.ts";
import { namesReadBy } from "../onnx/prune.ts";

/** The number of readers of each value. A graph output counts as a reader. */
export function readersOf(graph: Graph): Map<string, number> {
  const readers = new Map<string, number>();
  const count = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const node of graph.nodes) for (const name of namesReadBy(node)) count(name);
  for (const { name } of graph.outputs) count(name);
  return readers;
}

/** The node that makes each value. */
export function producersOf(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

/** The graph with values replaced: nodes that read one read its replacement instead. Outputs are renamed too. */
export function substituted(graph: Graph, replacements: Map<string, string>): Graph {
  const final = (name: string): string => {
    const next = replacements.get(name);
    return next === undefined ? name : final(next);
  };
  const nodes = graph.nodes.map((node) =>
    node.inputs.some((name) => replacements.has(name)) ? { ...node, inputs: node.inputs.map(final) } : node
  );
  return {
    ...graph,
    nodes,
    outputs: graph.outputs.map((output) => ({ ...output, name: final(output.name) })),
  };
}
