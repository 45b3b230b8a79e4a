import { type Graph, intAttribute, type Node, numbersOf, type Tensor } from "../onnx/model.ts";
import { prune } from "../onnx/prune.ts";
import { producersOf, substituted } from "./graph_edits.ts";

/**
 * The graph with quantised constants in float32, and without the pairs of QuantizeLinear and DequantizeLinear that round
 * activations: they only mark where a runtime may compute with integers, and no gradient passes through rounding.
 */
export function withoutQuantization(graph: Graph): Graph {
  if (!graph.nodes.some(isDequantization)) return graph;
  const initializers = new Map(graph.initializers);
  const producers = producersOf(graph);
  const replacements = new Map<string, string>();
  for (const node of graph.nodes.filter(isDequantization)) {
    const [x = "", scale = "", zeroPoint = ""] = node.inputs;
    const rounding = producers.get(x);
    const factor = initializers.get(scale), tensor = initializers.get(x);
    if (tensor && factor && (zeroPoint === "" || initializers.has(zeroPoint))) {
      initializers.set(node.outputs[0]!, dequantized(node, tensor, factor, initializers.get(zeroPoint)));
    } else if (rounding?.op === "QuantizeLinear" && rounding.domain === node.domain) {
      replacements.set(node.outputs[0]!, rounding.inputs[0]!);
    }
  }
  const nodes = graph.nodes.filter(({ outputs: [output = ""] }) =>
    !initializers.has(output) && !replacements.has(output)
  );
  return prune(substituted({ ...graph, nodes, initializers }, replacements));
}

function isDequantization({ op, domain }: Node): boolean {
  return op === "DequantizeLinear" && (domain === "" || domain === "com.microsoft");
}

/** `(x - zeroPoint) * scale`, with one scale for all elements, for each index of an axis, or for each block along it. */
function dequantized(node: Node, tensor: Tensor, scale: Tensor, zeroPoint: Tensor | undefined): Tensor {
  const { dims } = tensor;
  const factors = numbersOf(scale);
  const zeros = zeroPoint ? numbersOf(zeroPoint) : [];
  const axis = (intAttribute(node, "axis", 1) + dims.length) % Math.max(1, dims.length);
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const size = dims[axis] ?? 1;
  const block = intAttribute(node, "block_size", 0) || 1;
  const along = Math.ceil(size / block);
  const isBlocked = scale.dims.length === dims.length && dims.length > 0 && factors.length > 1;
  const data = new Float32Array(tensor.data.length);
  for (let i = 0; i < data.length; i++) {
    const index = Math.floor(i / inner) % size;
    const outer = Math.floor(i / inner / size);
    const place = factors.length === 1
      ? 0
      : isBlocked
      ? (outer * along + Math.floor(index / block)) * inner + i % inner
      : index;
    data[i] = (Number(tensor.data[i]) - (zeros[place] ?? 0)) * factors[place]!;
  }
  return { type: "float32", dims, data };
}
