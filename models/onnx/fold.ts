import type { Graph, Model, Node, Tensor } from "./model.ts";
import { ShapeTable } from "./shapes.ts";

/** Options of {@link foldConstants}. */
export interface FoldOptions {
  /** Most elements of a constant that is computed; larger results stay nodes. Default 2^24, the size of large weights. */
  largestConstant?: number;
}

/**
 * The model with everything computed that does not depend on its inputs' elements: Constant nodes and what follows from
 * constants become initializers, and so do shapes where the inputs' shapes are static. Nodes and initializers that no
 * output needs are dropped. The given model is left as it is.
 */
export function foldConstants(model: Model, options: FoldOptions = {}): Model {
  const { graph } = model;
  const table = new ShapeTable(graph, { largestConstant: options.largestConstant ?? 1 << 24 });
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const constants = constantOutputs(node, table);
    // What is an output of the graph stays the output of a node.
    if (!constants || node.outputs.some((name) => outputs.has(name))) nodes.push(node);
    else for (const [name, tensor] of constants) initializers.set(name, tensor);
  }
  return { ...model, graph: prune({ ...graph, nodes, initializers }) };
}

function constantOutputs(node: Node, table: ShapeTable): [string, Tensor][] | undefined {
  const constants: [string, Tensor][] = [];
  for (const name of node.outputs) {
    if (name === "") continue;
    const tensor = table.constant(name);
    if (!tensor) return undefined;
    constants.push([name, tensor]);
  }
  return constants;
}

/** The graph with only the nodes and initializers that its outputs need. */
function prune(graph: Graph): Graph {
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
function namesReadBy(node: Node): string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    attribute.kind === "graph"
      ? [...attribute.value.nodes.flatMap(namesReadBy), ...attribute.value.outputs.map(({ name }) => name)]
      : []
  );
  return [...node.inputs, ...inner];
}
