import type { GraphBuilder } from "../onnx/build.ts";
import { elementCount, floatTensor, type Node } from "../onnx/model.ts";
import { namesReadBy } from "../onnx/prune.ts";
import { ShapeTable } from "../onnx/shapes.ts";
import { GradientSum } from "./gradient_sum.ts";
import { refuseUnknownOperators } from "./layers.ts";
import { Rectification } from "./rectification.ts";
import { type RuleContext, rules } from "./registry.ts";

/** Options of {@link differentiate}. */
export interface DifferentiateOptions {
  /**
   * Whether the provider has MaxPool with its Indices output (CPU, CUDA), the faster form. False chooses one without
   * (WebGPU). Default true.
   */
  maxPoolIndices?: boolean;
  /**
   * Whether the provider keeps pictures in blocks of channels, as onnxruntime does on the CPU. The positions of the
   * maxima are then computed inside that layout instead of taken from the Indices output, in half the time. False for
   * CUDA. Default true; without effect where maxPoolIndices is false.
   */
  blockedLayout?: boolean;
}

/**
 * Appends the backward pass of a scalar to the builder's graph (reverse-mode differentiation, one rule per operator).
 *
 * @param g a graph of operator set 17 whose shapes are all static
 * @param loss name of the float32 scalar to differentiate
 * @param inputs names of the float32 values whose gradients are wanted
 * @returns the names of the gradients, one for each input and of its shape; zeros where the loss does not depend on it
 * @throws {ReverieError} where an operator on the way has no rule; names the node and the layers below it
 */
export function differentiate(
  g: GraphBuilder,
  loss: string,
  inputs: string[],
  options: DifferentiateOptions = {},
): string[] {
  const table = new ShapeTable(g.graph);
  const forward = [...g.graph.nodes];
  const active = activeValues(forward, loss, inputs, (name) => table.type(name) === "float32");
  refuseUnknownOperators(g.graph, inputs, active);
  const rectification = new Rectification(forward, active, inputs);
  const one = g.constant(floatTensor([1], []), "one");
  const sums = new Map([[loss, new GradientSum(g, one)]]);
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((name) => active.has(name))) continue;
    // The wanted inputs may be values that other nodes made; the way ends there.
    if (!node.inputs.some((name) => active.has(name))) continue;
    const ofOutputs = node.outputs.map((name) => name && active.has(name) ? sums.get(name) : undefined);
    if (ofOutputs.every((sum) => sum === undefined)) continue;
    const context = contextOf(g, node, ofOutputs, table, active, rectification, loss, options);
    const gradients = rules.get(node.op)!(context);
    gradients.forEach((gradient, index) => {
      const name = node.inputs[index];
      if (gradient === undefined || !name || !active.has(name)) return;
      if (!sums.has(name)) sums.set(name, new GradientSum(g));
      sums.get(name)!.add(gradient);
    });
  }
  return inputs.map((name) => sums.get(name)?.total() ?? zeroGradient(g, table.shape(name)));
}

function zeroGradient(g: GraphBuilder, dims: number[]): string {
  return g.constant(floatTensor(new Float32Array(elementCount(dims)), dims), "zeros");
}

/** The float32 values that depend on an input and that the loss depends on: only these get gradients. */
function activeValues(
  nodes: Node[],
  loss: string,
  inputs: string[],
  isFloat: (name: string) => boolean,
): Set<string> {
  const reached = new Set(inputs);
  for (const node of nodes) {
    if (!namesReadBy(node).some((name) => reached.has(name))) continue;
    for (const name of node.outputs) if (isFloat(name)) reached.add(name);
  }
  const active = new Set([loss].filter((name) => reached.has(name)));
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => active.has(name))) continue;
    for (const name of namesReadBy(node)) if (reached.has(name)) active.add(name);
  }
  return active;
}

function contextOf(
  g: GraphBuilder,
  node: Node,
  ofOutputs: (GradientSum | undefined)[],
  table: ShapeTable,
  active: Set<string>,
  rectification: Rectification,
  loss: string,
  options: DifferentiateOptions,
): RuleContext {
  let current = node;
  // Nodes may be shared with other graphs: they are replaced, never changed.
  const replace = (next: Node) => {
    g.graph.nodes[g.graph.nodes.indexOf(current)] = next;
    current = next;
  };
  return {
    g,
    node,
    get grads() {
      return ofOutputs.map((sum) => sum?.total());
    },
    gradientChannels: (start, end) => ofOutputs[0]!.channels(start, end),
    shape: (name) => table.shape(name),
    type: (name) => table.type(name),
    constant: (name) => table.constant(name),
    onlyPositiveMatters: () => rectification.onlyPositiveMatters(node),
    stopsForRelu: () => rectification.stopsForRelu(node),
    isStoppedBefore: () => rectification.isStoppedBefore(node),
    variable: (tensor) => g.add(g.constant(tensor), g.clip(loss, 0, 0)),
    needs: (index) => active.has(node.inputs[index] ?? ""),
    demandOutput: (index) => {
      if (current.outputs[index]) return current.outputs[index];
      const name = g.unique(`${node.outputs[0]}_output${index}`);
      const outputs = Array.from(
        { length: Math.max(index + 1, node.outputs.length) },
        (_, i) => node.outputs[i] ?? "",
      );
      outputs[index] = name;
      replace({ ...current, outputs });
      return name;
    },
    changeAttributes: (attributes) =>
      replace({ ...current, attributes: { ...current.attributes, ...attributes } }),
    rewriteForward: (build) => rewritten(g.graph.nodes, current, build),
    options,
  };
}

/** Puts the nodes that `build` appends in the place of a node, and gives its result's name to theirs. */
function rewritten<Built extends { output: string }>(nodes: Node[], node: Node, build: () => Built): Built {
  const length = nodes.length;
  const built = build();
  const written = nodes.splice(length).map((each) =>
    each.outputs[0] === built.output ? { ...each, outputs: [node.outputs[0]!] } : each
  );
  nodes.splice(nodes.indexOf(node), 1, ...written);
  return built;
}
