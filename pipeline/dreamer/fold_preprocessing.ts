import {
  elementCount,
  floatTensor,
  intAttribute,
  type Model,
  numbersOf,
  type Tensor,
} from "../../models/onnx/model.ts";
import { freeName, namesIn } from "../../models/onnx/names.ts";
import type { Preprocessing } from "../../models/networks/network.ts";

/** A network and the preprocessing that its input still needs. */
export interface Folded {
  model: Model;
  preprocessing: Preprocessing;
}

/**
 * Folds the scale and order of the input channels into the weights of the convolutions that read the input,
 * so that neither pass computes them. The mean is still subtracted separately: convolutions pad with zeros,
 * which stand for the mean. A network is returned unchanged if anything else reads its input.
 */
export function foldPreprocessing(model: Model, preprocessing: Preprocessing): Folded {
  const { graph } = model;
  const input = graph.inputs[0]!.name;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(input));
  const isFoldable = readers.every((node) =>
    node.op === "Conv" && node.inputs[0] === input && intAttribute(node, "group", 1) === 1 &&
    graph.initializers.get(node.inputs[1]!)?.type === "float32"
  );
  if (!isFoldable || graph.outputs.some(({ name }) => name === input)) return { model, preprocessing };
  const initializers = new Map(graph.initializers);
  const taken = namesIn(graph);
  const nodes = graph.nodes.map((node) => {
    if (!readers.includes(node)) return node;
    const [, weight, ...rest] = node.inputs as [string, string, ...string[]];
    const folded = freeName(`${node.outputs[0]}/of_picture`, taken);
    initializers.set(folded, weightOfPicture(graph.initializers.get(weight)!, preprocessing));
    return { ...node, inputs: [input, folded, ...rest] };
  });
  return {
    model: { ...model, graph: { ...graph, nodes, initializers } },
    preprocessing: { mean: preprocessing.mean, scale: [1, 1, 1], channelOrder: "rgb" },
  };
}

/** The weight [outputs, 3, …] for RGB channels with the mean subtracted. */
function weightOfPicture(weight: Tensor, { scale, channelOrder }: Preprocessing): Tensor {
  const values = numbersOf(weight);
  const area = elementCount(weight.dims.slice(2));
  const folded = values.map((_, i) => {
    const channel = Math.floor(i / area) % 3;
    const place = channelOrder === "rgb" ? channel : 2 - channel;
    return values[i + (place - channel) * area]! * scale[channel]!;
  });
  return floatTensor(folded, weight.dims);
}
