/** Recognises GoogLeNet in a graph by the shapes and the order of its convolutions, whatever their names. */
import { type Graph, intAttribute, intsAttribute, type Node, type Tensor } from "../../onnx/model.ts";
import { toFloat32 } from "../checkpoint/elements.ts";
import {
  blocks,
  classifier,
  convolutions,
  type GoogLeNetWeights,
  lastChannels,
  type LayerWeights,
} from "./architecture.ts";

/** A convolution or a fully connected layer. */
interface Weighted {
  /** [filters, channels, height, width] or [outputs, inputs]. */
  dims: readonly number[];
  filter: Tensor;
  /** Whether the filter is stored as [inputs, outputs]. */
  turned?: boolean;
  bias: Tensor | undefined;
  input: Origin;
}

/** The layers that a value is computed from by operators without weights. */
interface Origin {
  /** The layers whose outputs it is made from, in the order of their concatenation; empty for the picture. */
  from: readonly Weighted[];
  /** Whether it passed through a pool that keeps the size, like the last branch of an inception block. */
  spread: boolean;
}

/** Operators that a GoogLeNet may have between its layers; the arithmetic is LRN in PyTorch's exports. */
const between = new Set([
  ...["Relu", "MaxPool", "LRN", "Concat", "Dropout", "Pad", "Identity", "Cast"],
  ...["AveragePool", "GlobalAveragePool", "ReduceMean", "Flatten", "Reshape", "Squeeze", "Unsqueeze"],
  ...["Mul", "Add", "Pow", "Div"],
]);

/** Branches of an inception block; no other value is made from more than one layer. */
const branches = 4;

/** Operators that do not change the picture's values; with others before it, a network has its own preprocessing. */
const beforeAll = new Set(["Pad", "Identity", "Cast"]);

/**
 * The weights of a graph that is a GoogLeNet, by Caffe's names; undefined if it is another network. The classifier may
 * be missing. The order of the filters and of the concatenated branches must be Caffe's.
 */
export function matchGoogLeNet(graph: Graph): GoogLeNetWeights | undefined {
  // This rules out most networks quickly.
  if (graph.nodes.filter(({ op }) => op === "Conv").length < convolutions.size) return undefined;
  const layers = weightedLayers(graph);
  const weights = new Map<string, LayerWeights>();

  /** The only layer with that filter shape and a fitting origin, recorded under its name. */
  function take(name: string, fits: (layer: Weighted) => boolean): Weighted | undefined {
    const dims = convolutions.get(name)!;
    const [layer, ...others] = layers.filter((layer) => `${layer.dims}` === `${dims}` && fits(layer));
    const found = layer && others.length === 0 ? weightsOf(layer) : undefined;
    if (!found) return undefined;
    weights.set(name, found);
    return layer;
  }

  /** A convolution and the reduction before it, if the pair is unambiguous. */
  function takePair(block: string, side: string, x: readonly Weighted[]): [Weighted, Weighted] | undefined {
    const name = `inception_${block}/${side}`;
    const reduceDims = `${convolutions.get(`${name}_reduce`)}`;
    const isReduction = ({ dims, input }: Weighted) => `${dims}` === reduceDims && same(input.from, x);
    const last = take(name, ({ input: { from } }) => from.length === 1 && isReduction(from[0]!));
    const reduction = last && take(`${name}_reduce`, (layer) => layer === last.input.from[0]);
    return reduction && [reduction, last];
  }

  function takeBlock(block: string, x: readonly Weighted[]): readonly Weighted[] | undefined {
    const name = `inception_${block}`;
    const three = takePair(block, "3x3", x), five = takePair(block, "5x5", x);
    if (!three || !five) return undefined;
    const reductions = [three[0], five[0]];
    const follows = ({ input }: Weighted, spread: boolean) => same(input.from, x) && input.spread === spread;
    const one = take(`${name}/1x1`, (layer) => follows(layer, false) && !reductions.includes(layer));
    const pool = take(`${name}/pool_proj`, (layer) => follows(layer, true));
    return one && pool && [one, three[1], five[1], pool];
  }

  const follows = (x: Weighted) => ({ input }: Weighted) => same(input.from, [x]);
  const first = take("conv1/7x7_s2", ({ input }) => input.from.length === 0);
  const second = first && take("conv2/3x3_reduce", follows(first));
  const third = second && take("conv2/3x3", follows(second));
  let x: readonly Weighted[] | undefined = third && [third];
  for (const block of Object.keys(blocks)) x = x && takeBlock(block, x);
  if (!x) return undefined;
  takeClassifier(layers, x, weights);
  return weights;
}

function takeClassifier(
  layers: Weighted[],
  x: readonly Weighted[],
  weights: Map<string, LayerWeights>,
): void {
  const heads = layers.filter(({ dims, input }) =>
    dims[1] === lastChannels && dims.slice(2).every((side) => side === 1) && same(input.from, x)
  );
  const head = heads.length === 1 ? weightsOf(heads[0]!) : undefined;
  if (head) weights.set(classifier, head);
}

/** Undefined if the layer has no bias, or if its numbers are of an unsupported type. */
function weightsOf({ filter, turned, bias, dims }: Weighted): LayerWeights | undefined {
  const values = floatsOf(filter), added = bias && floatsOf(bias);
  if (!values || !added || added.length !== dims[0]) return undefined;
  return { filter: turned ? transposed(values, dims[1]!, dims[0]!) : values, bias: added };
}

function same(a: readonly Weighted[], b: readonly Weighted[]): boolean {
  return a.length === b.length && a.every((layer, index) => layer === b[index]);
}

/** All layers with weights whose origin is known, in the graph's order. */
function weightedLayers(graph: Graph): Weighted[] {
  const constants = new Map(graph.initializers);
  const origins = new Map<string, Origin>();
  for (const { name } of graph.inputs) {
    if (!constants.has(name)) origins.set(name, { from: [], spread: false });
  }
  const layers: Weighted[] = [];
  for (const node of graph.nodes) {
    const [result] = node.outputs;
    if (!result || node.domain !== "") continue;
    const constant = constantOf(node, constants);
    if (constant) constants.set(result, constant);
    const layer = layerOf(node, constants, origins);
    if (layer) layers.push(layer);
    if (!layer && addBias(node, constants, origins)) continue;
    const origin = layer ? { from: [layer], spread: false } : originOf(node, origins);
    if (origin) origins.set(result, origin);
  }
  return layers;
}

function constantOf(node: Node, constants: ReadonlyMap<string, Tensor>): Tensor | undefined {
  if (node.op === "Identity") return constants.get(node.inputs[0]!);
  const value = node.attributes["value"];
  return node.op === "Constant" && value?.kind === "tensor" ? value.value : undefined;
}

/** A convolution, Gemm or MatMul with constant weights. */
function layerOf(
  node: Node,
  constants: ReadonlyMap<string, Tensor>,
  origins: ReadonlyMap<string, Origin>,
): Weighted | undefined {
  const [x = "", w = "", b = ""] = node.inputs;
  const input = origins.get(x), filter = constants.get(w), bias = constants.get(b);
  if (!input || !filter) return undefined;
  const { dims } = filter;
  if (node.op === "Conv") {
    return dims.length === 4 && intAttribute(node, "group", 1) === 1
      ? { dims, filter, bias, input }
      : undefined;
  }
  if ((node.op !== "Gemm" && node.op !== "MatMul") || dims.length !== 2) return undefined;
  if (node.op === "Gemm" && intAttribute(node, "transB", 0) === 1) return { dims, filter, bias, input };
  return { dims: dims.toReversed(), filter, turned: true, bias, input };
}

/** If this node adds a constant to a MatMul without a bias, records the bias. Returns whether it does. */
function addBias(
  node: Node,
  constants: ReadonlyMap<string, Tensor>,
  origins: Map<string, Origin>,
): boolean {
  if (node.op !== "Add") return false;
  const [a = "", b = ""] = node.inputs;
  const origin = origins.get(a) ?? origins.get(b);
  const added = constants.get(a) ?? constants.get(b);
  const [layer, ...others] = origin?.from ?? [];
  if (!layer || others.length > 0 || layer.bias || added?.data.length !== layer.dims[0]) return false;
  layer.bias = added;
  origins.set(node.outputs[0]!, origin!);
  return true;
}

function originOf(node: Node, origins: ReadonlyMap<string, Origin>): Origin | undefined {
  if (!between.has(node.op)) return undefined;
  const inputs = node.inputs.flatMap((name) => origins.get(name) ?? []);
  if (inputs.length === 0) return undefined;
  const from = [...new Set(inputs.flatMap((origin) => origin.from))];
  if (from.length > branches || (from.length === 0 && !beforeAll.has(node.op))) return undefined;
  const spreads = node.op === "MaxPool" && intsAttribute(node, "strides", [1, 1]).every((step) => step === 1);
  return { from, spread: spreads || inputs.some(({ spread }) => spread) };
}

function floatsOf({ type, data }: Tensor): Float32Array | undefined {
  if (data instanceof Float32Array) return data;
  if (type !== "float16" && type !== "float64") return undefined;
  return toFloat32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), type);
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(data, (_, index) => data[index % rows * columns + Math.floor(index / rows)]!);
}
