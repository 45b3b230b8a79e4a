import type { Graph, Model, Node, Tensor } from "./model.ts";
import { branchOf } from "./fold/branches.ts";
import { withExactSizes } from "./fold/resize.ts";
import { freeName, namesIn } from "./names.ts";
import { prune } from "./prune.ts";
import { ShapeTable } from "./shapes.ts";

/** Options of {@link foldConstants}. */
export interface FoldOptions {
  /** Most elements of a constant that is computed; larger results stay nodes. Default 2^24, the size of large weights. */
  largestConstant?: number;
}

/**
 * The model with everything computed that does not depend on its inputs' elements: Constant nodes and what follows from
 * constants become initializers, and so do shapes where the inputs' shapes are static. An If whose condition is known
 * gives way to the branch it takes. Nodes and initializers that no output needs are dropped. The given model is left as
 * it is.
 */
export function foldConstants(model: Model, options: FoldOptions = {}): Model {
  const graph: Graph = { ...model.graph, nodes: [], initializers: new Map(model.graph.initializers) };
  const table = new ShapeTable(graph, { largestConstant: options.largestConstant ?? 1 << 24 });
  const taken = namesIn(model.graph);
  for (const node of model.graph.nodes) append(node, graph, table, taken);
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

/** Copies a node to the end of the graph, or what it comes to with the constants known so far. */
function append(node: Node, graph: Graph, table: ShapeTable, taken: Set<string>): void {
  const condition = node.op === "If" ? table.constant(node.inputs[0] ?? "") : undefined;
  const branch = branchOf(node, condition, taken, (name, tensor) => graph.initializers.set(name, tensor));
  if (branch) {
    for (const inner of branch) append(inner, graph, table, taken);
    return;
  }
  graph.nodes.push(node);
  const exact = withExactSizes(node, table, (tensor) => {
    const name = freeName(`${node.outputs[0]}_sizes`, taken);
    graph.initializers.set(name, tensor);
    return name;
  });
  if (exact !== node) graph.nodes[graph.nodes.length - 1] = exact;
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
