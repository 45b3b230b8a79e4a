import { elementCount, type Graph, intAttribute, intsAttribute, type Node } from "../onnx/model.ts";
import { freeName, namesIn } from "../onnx/names.ts";
import { producersOf, readersOf } from "./graph_edits.ts";

/**
 * Exchanges pools with the node before or after them if the result stays the same and less work remains:
 *
 * - maxpool(relu(x)) = relu(maxpool(x)), since Relu never decreases: the mask of the backward pass shrinks to the
 *   pool's output;
 * - conv1x1(averagepool(x)) = averagepool(conv1x1(x)), since both are linear and act on different axes: the pool works
 *   on the convolution's fewer channels.
 */
export function reorderPools(graph: Graph): Graph {
  const taken = namesIn(graph);
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const exchanged = new Map<Node, Node>();
  for (const second of graph.nodes) {
    const between = second.inputs[0];
    const first = between === undefined ? undefined : producers.get(between);
    if (!first || between === undefined || readers.get(between) !== 1 || exchanged.has(first)) continue;
    if (!isReluThenMaxPool(first, second) && !isAverageThenProjection(graph, first, second)) continue;
    const earlier = freeName(`${second.outputs[0]}/before_${first.op}`, taken);
    exchanged.set(first, {
      ...second,
      inputs: [first.inputs[0]!, ...second.inputs.slice(1)],
      outputs: [earlier],
    });
    exchanged.set(second, {
      ...first,
      inputs: [earlier, ...first.inputs.slice(1)],
      outputs: [...second.outputs],
    });
  }
  return { ...graph, nodes: graph.nodes.map((node) => exchanged.get(node) ?? node) };
}

function isReluThenMaxPool(first: Node, second: Node): boolean {
  return first.op === "Relu" && second.op === "MaxPool" && second.outputs.length === 1;
}

/** Whether the pool preserves constants (so that the bias can move before it) and the convolution reduces channels. */
function isAverageThenProjection(graph: Graph, first: Node, second: Node): boolean {
  if (first.op !== "AveragePool" || second.op !== "Conv") return false;
  const weight = graph.initializers.get(second.inputs[1]!);
  if (!weight || elementCount(weight.dims.slice(2)) !== 1 || intAttribute(second, "group", 1) !== 1) {
    return false;
  }
  const moves = [
    ...intsAttribute(second, "strides", []).map((stride) => stride - 1),
    ...intsAttribute(second, "pads", []),
  ];
  if (moves.some((amount) => amount !== 0) || weight.dims[0]! >= weight.dims[1]!) return false;
  const padded = intsAttribute(first, "pads", []).some((amount) => amount > 0) ||
    first.attributes.auto_pad !== undefined;
  return intAttribute(first, "count_include_pad", 0) === 0 || !padded;
}
