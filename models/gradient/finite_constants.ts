import { invalidParameter } from "../errors.ts";
import type { Graph, Node, Tensor } from "../onnx/model.ts";

/**
 * Stands for infinity in constants: beyond all activations, and still finite when it is doubled. A product with 0, as in
 * the one-hot convolutions of MaxPool's gradient, is 0, whereas 0 times infinity is not a number.
 */
const beyondAll = 1e30;

/** Operators whose constants are factors; the others only place, add or compare them. */
const multiplying = new Set([
  ...["Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum", "Mul", "Div", "PRelu"],
  ...["BatchNormalization", "InstanceNormalization", "LayerNormalization"],
]);

/** Tensors that have been found to be of ordinary numbers only; a network is looked at once for each octave. */
const ordinary = new WeakSet<Tensor>();

/**
 * The graph with infinite and nearly infinite constants replaced by large ones. Exporters write minus infinity (or the
 * lowest float32) as the border before a MaxPool and as the mask of an attention: what counts is that it is the lowest.
 *
 * @throws {ReverieError} for constants that are not numbers and for infinite weights; names the node that reads them
 */
export function withFiniteConstants(graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, tensor] of graph.initializers) {
    if (tensor.type !== "float32" || isOrdinary(tensor)) continue;
    const data = tensor.data as Float32Array;
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(name));
    if (data.some(Number.isNaN)) refuse(readers[0], name, "not numbers (NaN)");
    const factor = readers.find((node) => node.domain === "" && multiplying.has(node.op));
    if (factor && data.some((value) => !Number.isFinite(value))) refuse(factor, name, "infinite");
    const limited = data.map((value) => Math.min(Math.max(value, -beyondAll), beyondAll));
    initializers.set(name, { ...tensor, data: limited });
  }
  return { ...graph, initializers };
}

function isOrdinary(tensor: Tensor): boolean {
  if (ordinary.has(tensor)) return true;
  const data = tensor.data as Float32Array;
  // A plain loop: callbacks take ten times as long on weights of 100 MB.
  for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]!) <= beyondAll)) return false;
  ordinary.add(tensor);
  return true;
}

function refuse(reader: Node | undefined, tensor: string, what: string): never {
  const node = reader?.name || reader?.outputs[0] || tensor;
  throw invalidParameter("model", `the network's weights are damaged: some of "${node}" are ${what}`, {
    advice: ["export it again", "choose a layer below that"],
  });
}
