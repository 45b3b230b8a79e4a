import type { Graph, Node } from "./model.ts";

/** The graph with only the nodes and initializers that its outputs need. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of namesReadBy(node)) needed.add(name);
    nodes.push(node);
  }
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), initializers };
}

/** A node's inputs, and what the graphs in its attributes (of If and Loop) may read from outside. */
export function namesReadBy(node: Node): string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    attribute.kind === "graph"
      ? [...attribute.value.nodes.flatMap(namesReadBy), ...attribute.value.outputs.map(({ name }) => name)]
      : []
  );
  return [...node.inputs, ...inner];
}
