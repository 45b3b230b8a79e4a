import type { Graph, Model, Node, Tensor } from "./model.ts";
import { branchOf } from "./fold/branches.ts";
import { withExactSizes } from "./fold/resize.ts";
import { prune } from "./prune.ts";
import { ShapeTable } from "./shapes.ts";

/** Options of {@link foldConstants}. */
export interface FoldOptions {
  /**
   * Largest number of elements of a computed constant; larger results stay nodes. Default: 2^24, as in large
   * weights.
   */
  largestConstant?: number;
}

/**
 * The model with everything computed that does not depend on its inputs' elements. Constant nodes and results
 * of constants become initializers, and so do shapes if the inputs' shapes are static. An If whose condition
 * is known is replaced by the branch that it takes. Nodes and initializers that no output needs are dropped.
 * The given model is not changed.
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

/** Appends a node to the graph, simplified by the constants known so far. */
function append(node: Node, graph: Graph, table: ShapeTable, taken: Set<string>): void {
  const condition = node.op === "If" ? table.constant(node.inputs[0] ?? "") : undefined;
  const branch = branchOf(node, condition, taken, (name, tensor) => graph.initializers.set(name, tensor));
  if (branch) {
    for (const inner of branch) append(inner, graph, table, taken);
    return;
  }
  graph.nodes.push(node);
  const exact = withExactSizes(node, table, (tensor) => {
    const name = `${node.outputs[0]}_sizes`;
    graph.initializers.set(name, tensor);
    taken.add(name);
    return name;
  });
  if (exact !== node) graph.nodes[graph.nodes.length - 1] = exact;
}

function namesIn(graph: Graph): Set<string> {
  const values = graph.nodes.flatMap((node) => [node.name, ...node.outputs]);
  return new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ...values]);
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
