import type { GraphBuilder } from "../onnx/build.ts";
import { elementCount, floatTensor, type Node } from "../onnx/model.ts";
import { GradientContext, type GradientForms } from "../onnx/operators/gradient_context.ts";
import type { GradientRule } from "../onnx/operators/operator.ts";
import { operatorOf } from "../onnx/operators/table.ts";
import { Value } from "../onnx/operators/value.ts";
import { namesReadBy } from "../onnx/prune.ts";
import { ShapeTable } from "../onnx/shapes.ts";
import { GradientSum } from "./gradient_sum.ts";
import { refuseUnknownOperators } from "./layers.ts";
import { Rectification } from "./rectification.ts";

export type { GradientForms } from "../onnx/operators/gradient_context.ts";

/**
 * Appends the backward pass of a scalar to the builder's graph (reverse-mode differentiation, one rule per operator).
 *
 * @param g a graph of operator set 17 whose shapes are all static
 * @param loss name of the float32 scalar to differentiate
 * @param inputs names of the float32 values whose gradients are wanted
 * @returns the names of the gradients, one per input and of its shape; zeros if the loss does not depend on the input
 * @throws {ReverieError} if an operator on the path has no rule; the message names the node and the layers below it
 */
export function differentiate(
  g: GraphBuilder,
  loss: string,
  inputs: string[],
  { maxPool = "codes" }: GradientForms = {},
): string[] {
  const known = new ShapeTable(g.graph);
  const forward = [...g.graph.nodes];
  const active = activeValues(forward, loss, inputs, (name) => known.type(name) === "float32");
  refuseUnknownOperators(g.graph, inputs, active);
  const rectification = new Rectification(forward, active, inputs);
  const sums = new Map([[loss, new GradientSum()]]);
  sums.get(loss)!.add(new Value(g, known, g.constant(floatTensor([1], []), "one")));
  for (const node of forward.toReversed()) {
    if (!node.outputs.some((name) => active.has(name))) continue;
    // The requested inputs may be outputs of other nodes; the backward pass ends there.
    if (!node.inputs.some((name) => active.has(name))) continue;
    const ofOutputs = node.outputs.map((name) => name && active.has(name) ? sums.get(name) : undefined);
    if (ofOutputs.every((sum) => sum === undefined)) continue;
    const forms = { maxPool };
    const context = new GradientContext({ g, node, known, ofOutputs, active, rectification, loss, forms });
    const gradients = [gradientRuleOf(node)(context)].flat();
    gradients.forEach((gradient, index) => {
      const name = node.inputs[index];
      if (gradient === undefined || !name || !active.has(name)) return;
      if (!sums.has(name)) sums.set(name, new GradientSum());
      sums.get(name)!.add(gradient);
    });
  }
  return inputs.map((name) => sums.get(name)?.total().name ?? zeroGradient(g, known.shape(name)));
}

function gradientRuleOf(node: Node): GradientRule {
  const { gradient } = operatorOf(node);
  // An operator that severs gradients has no active float32 outputs.
  return typeof gradient === "function" ? gradient : () => [];
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
