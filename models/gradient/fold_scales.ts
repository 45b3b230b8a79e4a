import { floatAttribute, floatTensor, type Graph, type Node, numbersOf, type Tensor } from "../onnx/model.ts";
import { freeName, namesIn } from "../onnx/names.ts";
import { producersOf, readersOf, substituted } from "./graph_edits.ts";

/** y = factor * x + offset, with one factor and one offset per channel. */
interface ChannelAffine {
  factor: number[];
  offset: number[];
}

/**
 * Folds BatchNormalization, and Mul, Add, Sub and Div with one constant per channel, into the preceding convolution if
 * nothing else reads its result. Batch normalisation then costs nothing in either pass.
 */
export function foldScales(graph: Graph): Graph {
  const taken = namesIn(graph);
  const readers = readersOf(graph);
  const producers = producersOf(graph);
  const initializers = new Map(graph.initializers);
  const replacements = new Map<string, string>();
  const folded = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const value = node.inputs.find((name) => !initializers.has(name))!;
    const source = replacements.get(value) ?? value;
    const convolution = producers.get(source);
    if (convolution?.op !== "Conv" || readers.get(value) !== 1) continue;
    const current = folded.get(convolution) ?? convolution;
    const weight = initializers.get(current.inputs[1]!);
    const bias = current.inputs[2] ? initializers.get(current.inputs[2]) : undefined;
    if (weight?.type !== "float32" || (current.inputs[2] && !bias)) continue;
    const affine = affineOf(node, initializers, weight.dims[0]!, weight.dims.length);
    if (!affine) continue;
    const names = ["weight", "bias"].map((part) => freeName(`${node.outputs[0]}/folded_${part}`, taken)) as [
      string,
      string,
    ];
    initializers.set(names[0], scaledWeight(weight, affine.factor));
    initializers.set(names[1], shiftedBias(bias, affine));
    folded.set(convolution, { ...current, inputs: [current.inputs[0]!, ...names] });
    replacements.set(node.outputs[0]!, source);
  }
  const nodes = graph.nodes.map((node) => folded.get(node) ?? node)
    .filter((node) => !replacements.has(node.outputs[0] ?? ""));
  return substituted({ ...graph, nodes, initializers }, replacements);
}

function affineOf(
  node: Node,
  constants: Map<string, Tensor>,
  channels: number,
  rank: number,
): ChannelAffine | undefined {
  if (node.op === "BatchNormalization") return batchNormalization(node, constants);
  const place = node.inputs.findIndex((name) => constants.has(name));
  if (place === -1 || node.inputs.length !== 2 || node.inputs[0] === node.inputs[1]) return undefined;
  const values = perChannel(constants.get(node.inputs[place]!)!, channels, rank);
  if (!values) return undefined;
  const ones = values.map(() => 1);
  const zeros = values.map(() => 0);
  switch (node.op) {
    case "Mul":
      return { factor: values, offset: zeros };
    case "Add":
      return { factor: ones, offset: values };
    case "Sub":
      return place === 1
        ? { factor: ones, offset: values.map((value) => -value) }
        : { factor: values.map(() => -1), offset: values };
    case "Div":
      return place === 1 ? { factor: values.map((value) => 1 / value), offset: zeros } : undefined;
    default:
      return undefined;
  }
}

function batchNormalization(node: Node, constants: Map<string, Tensor>): ChannelAffine | undefined {
  const tensors = node.inputs.slice(1).map((name) => constants.get(name));
  if (tensors.length !== 4 || tensors.some((tensor) => tensor === undefined)) return undefined;
  const [scale, bias, mean, variance] = tensors.map((tensor) => numbersOf(tensor!)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const epsilon = floatAttribute(node, "epsilon", 1e-5);
  const factor = scale.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
  return { factor, offset: bias.map((value, i) => value - factor[i]! * mean[i]!) };
}

/** The constant's value for each channel; undefined if it varies along another axis or adds axes. */
function perChannel(tensor: Tensor, channels: number, rank: number): number[] | undefined {
  if (tensor.type !== "float32" || tensor.dims.length > rank) return undefined;
  const values = numbersOf(tensor);
  if (values.length === 1) return new Array<number>(channels).fill(values[0]!);
  const axis = tensor.dims.length - rank + 1;
  return tensor.dims[axis] === channels && values.length === channels ? values : undefined;
}

function scaledWeight({ dims, data }: Tensor, factor: number[]): Tensor {
  const run = data.length / dims[0]!;
  const scaled = new Float32Array(data.length);
  // Plain loops: callbacks take ten times as long on weights of 100 MB.
  for (const [filter, by] of factor.entries()) {
    for (let i = filter * run; i < (filter + 1) * run; i++) scaled[i] = (data as Float32Array)[i]! * by;
  }
  return { type: "float32", dims, data: scaled };
}

function shiftedBias(bias: Tensor | undefined, { factor, offset }: ChannelAffine): Tensor {
  const before = bias ? numbersOf(bias) : offset.map(() => 0);
  return floatTensor(before.map((value, i) => value * factor[i]! + offset[i]!));
}
