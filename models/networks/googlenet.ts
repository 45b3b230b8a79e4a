/**
 * GoogLeNet (Szegedy et al. 2015, "Going deeper with convolutions", table 1) as Caffe's `bvlc_googlenet` has it, with
 * Caffe's names for the layers: `conv2/norm2`, `inception_4c/3x3`, `inception_4c/output`.
 */
import { float, GraphBuilder } from "../onnx/build.ts";
import { floatTensor, type Model } from "../onnx/model.ts";
import {
  blocks,
  classifier,
  convolutions,
  type GoogLeNetWeights,
  lastChannels,
} from "./googlenet/architecture.ts";
import type { Preprocessing } from "./network.ts";

/** Preprocessing of Caffe's networks: BGR from 0 to 255 minus ImageNet's mean, 104, 117 and 123. */
export const caffePreprocessing: Preprocessing = {
  mean: [123 / 255, 117 / 255, 104 / 255],
  scale: [255, 255, 255],
  channelOrder: "bgr",
};

/**
 * The network as an ONNX graph: input `data` float32 [1, 3, height, width], preprocessed as {@link caffePreprocessing}
 * describes; output `loss3/classifier` [1, classes, 1, 1], the scores before softmax, or `pool5/7x7_s1`
 * [1, 1024, 1, 1] if the weights have no classifier.
 *
 * In Caffe a ReLU works in place, so a layer's name refers to the output of its ReLU; the input of the ReLU is called
 * `inception_4c/3x3/pre_relu`. The last pool takes the mean of the whole picture, which equals Caffe's 7x7 pool at 224
 * pixels and works at any size; the classifier is a 1x1 convolution for the same reason.
 */
export function buildGoogLeNet(weights: GoogLeNetWeights): Model {
  const g = new GraphBuilder({ name: "GoogLeNet" });

  function weighted(x: string, name: string, dims: readonly number[], hint: string, stride = 1): string {
    const { filter, bias } = weights.get(name)!;
    const side = dims[2]!, margin = (side - 1) / 2;
    const inputs = [
      x,
      g.constant(floatTensor(filter, [...dims]), `${name}/filter`),
      g.constant(floatTensor(bias), `${name}/bias`),
    ];
    const pads = [margin, margin, margin, margin];
    return g.op("Conv", inputs, { kernel_shape: [side, side], strides: [stride, stride], pads }, hint);
  }

  /** Convolution with padding, so that only its stride changes the size, and ReLU. */
  function unit(x: string, name: string, stride = 1): string {
    return g.op("Relu", [weighted(x, name, convolutions.get(name)!, `${name}/pre_relu`, stride)], {}, name);
  }

  const norm = (x: string, name: string) =>
    g.op("LRN", [x], { size: 5, alpha: float(1e-4), beta: float(0.75), bias: float(1) }, name);

  /** Halves the picture; the last window may extend past the edge, as in Caffe. */
  const halve = (x: string, name: string) =>
    g.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, name);

  const spread = (x: string, name: string) =>
    g.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] }, name);

  function inception(x: string, name: string): string {
    const branches = [
      unit(x, `${name}/1x1`),
      unit(unit(x, `${name}/3x3_reduce`), `${name}/3x3`),
      unit(unit(x, `${name}/5x5_reduce`), `${name}/5x5`),
      unit(spread(x, `${name}/pool`), `${name}/pool_proj`),
    ];
    return g.op("Concat", branches, { axis: 1 }, `${name}/output`);
  }

  let x = g.input("data", "float32", [1, 3, "height", "width"]);
  x = unit(x, "conv1/7x7_s2", 2);
  x = norm(halve(x, "pool1/3x3_s2"), "pool1/norm1");
  x = unit(unit(x, "conv2/3x3_reduce"), "conv2/3x3");
  x = halve(norm(x, "conv2/norm2"), "pool2/3x3_s2");
  for (const name of Object.keys(blocks)) {
    x = inception(x, `inception_${name}`);
    if (name === "3b") x = halve(x, "pool3/3x3_s2");
    if (name === "4e") x = halve(x, "pool4/3x3_s2");
  }
  x = g.op("GlobalAveragePool", [x], {}, "pool5/7x7_s1");
  const classes = weights.get(classifier)?.bias.length;
  if (classes !== undefined) x = weighted(x, classifier, [classes, lastChannels, 1, 1], classifier);
  g.output(x, x, "float32");
  return g.build();
}
