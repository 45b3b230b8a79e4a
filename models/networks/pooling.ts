import type { Model, Node } from "../onnx/model.ts";

/** How a network pools: as it was trained, or by the mean of every window. */
export const poolings = ["max", "avg"] as const;

/** The network with the mean in place of every maximum over windows; padding does not count. Layers keep their names. */
export function averagePooled(model: Model): Model {
  const { graph } = model;
  const nodes = graph.nodes.map((node) => isMaxPool(node) ? averaging(node) : node);
  return { ...model, graph: { ...graph, nodes } };
}

/** Whether a node is a pool whose places of maxima nobody asks for. */
function isMaxPool({ op, domain, outputs }: Node): boolean {
  return op === "MaxPool" && domain === "" && !outputs[1];
}

function averaging(node: Node): Node {
  const { storage_order: _order, dilations: _dilations, ...attributes } = node.attributes;
  return { ...node, op: "AveragePool", outputs: node.outputs.slice(0, 1), attributes };
}
