import { invalidParameter, ReverieError } from "../errors.ts";
import { GraphBuilder } from "./build.ts";
import type { Attribute, Graph, Model, Node } from "./model.ts";
import { namesIn } from "./names.ts";
import { ShapeTable } from "./shapes.ts";
import { operatorOf } from "./operators/table.ts";
import { UpgradeContext } from "./operators/upgrade_context.ts";

/** The operator set that the rest of Reverie works on: the newest that every execution provider knows whole. */
export const targetOpset = 17;

/** The operator sets that {@link upgrade} understands. */
export const supportedOpsets = { oldest: 7, newest: 22 } as const;

/** Options of {@link upgrade}. */
export interface UpgradeOptions {
  /**
   * What to do with a node that operator set 17 cannot express: "throw" (default), or "keep" it as an operator of the
   * domain `ai.onnx.vN`, N its own operator set, for a caller that will cut it away.
   */
  unsupported?: "throw" | "keep";
}

/**
 * The model written in operator set 17, whatever set from 7 to 22 it was written in: what moved between attributes and
 * inputs is moved, what was removed or came later is written with what set 17 has. The outputs stay the same.
 * Operators that onnxruntime fused are written as what they were; those of other domains are left alone. The given model is left as it is.
 *
 * @throws {ReverieError} for another operator set, and for a node that set 17 cannot express; names the node and operator
 */
export function upgrade(model: Model, options: UpgradeOptions = {}): Model {
  const { opset } = model;
  if (opset === targetOpset && !hasFusedOperators(model.graph)) return model;
  if (opset < supportedOpsets.oldest || opset > supportedOpsets.newest) {
    throw invalidParameter(
      "model",
      `the model is written in ONNX operator set ${opset}`,
      {
        advice: [
          `export it again with one from ${supportedOpsets.oldest} to ${supportedOpsets.newest}, best ${targetOpset}`,
        ],
      },
    );
  }
  const names = new Set<string>();
  const keeps = options.unsupported === "keep";
  namesIn(model.graph, names);
  return { ...model, opset: targetOpset, graph: upgradeGraph(model.graph, { opset, names, keeps }) };
}

/**
 * Whether the graph, or one inside it, calls operators that onnxruntime fused. One of them is in the standard domain.
 */
function hasFusedOperators(graph: Graph): boolean {
  return graph.nodes.some((node) =>
    (node.domain !== "" && operatorOf(node).upgrade !== undefined) ||
    node.op === "SimplifiedLayerNormalization" ||
    Object.values(node.attributes).some(({ kind, value }) => kind === "graph" && hasFusedOperators(value))
  );
}

interface Settings {
  opset: number;
  names: Set<string>;
  keeps: boolean;
}

function upgradeGraph(graph: Graph, settings: Settings): Graph {
  const { opset, names } = settings;
  // Inner graphs first, so that the names they add are known here.
  const nodes = graph.nodes.map((node) => withUpgradedAttributes(node, settings));
  const g = new GraphBuilder({ name: graph.name, opset: targetOpset });
  for (const name of names) g.unique(name);
  for (const [name, tensor] of graph.initializers) g.graph.initializers.set(name, tensor);
  // Known elements of the graph as it was: axes, pads and scales that a rule has to see.
  const known = new ShapeTable(graph);
  const used = new Set([
    ...graph.nodes.flatMap((node) => node.inputs),
    ...graph.outputs.map(({ name }) => name),
  ]);
  for (const node of nodes) {
    const context = new UpgradeContext({ g, node, opset, graph, known, used });
    if (settings.keeps) upgradeOrKeep(context);
    else upgradeNode(context);
  }
  for (const node of g.graph.nodes) for (const name of node.outputs) names.add(name);
  for (const name of g.graph.initializers.keys()) names.add(name);
  return { ...graph, nodes: g.graph.nodes, initializers: g.graph.initializers };
}

/** The bodies of If, Loop and Scan are graphs, too. */
function withUpgradedAttributes(node: Node, settings: Settings): Node {
  if (!Object.values(node.attributes).some(({ kind }) => kind === "graph")) return node;
  const upgradeAttribute = (attribute: Attribute): Attribute =>
    attribute.kind === "graph"
      ? { kind: "graph", value: upgradeGraph(attribute.value, settings) }
      : attribute;
  const attributes = Object.entries(node.attributes).map(([name, value]) => [name, upgradeAttribute(value)]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function upgradeNode(context: UpgradeContext): void {
  const { upgrade, since = targetOpset } = operatorOf(context.node);
  if (since > targetOpset && context.opset > targetOpset) context.refuse("operator set 17 does not have it");
  if (upgrade) upgrade(context);
  else context.keep();
}

function upgradeOrKeep(context: UpgradeContext): void {
  const { nodes } = context.g.graph;
  const before = nodes.length;
  try {
    upgradeNode(context);
  } catch (error) {
    if (!(error instanceof ReverieError)) throw error;
    nodes.length = before;
    context.change({ domain: `ai.onnx.v${context.opset}` });
  }
}
