/**
 * The face recognition network of dlib (King 2017, `dlib_face_recognition_resnet_model_v1`): a ResNet (He et al. 2016,
 * "Deep Residual Learning for Image Recognition") of 29 convolutions, without its average and its descriptor.
 */
import { join } from "node:path";
import { GraphBuilder } from "../onnx/build.ts";
import { floatTensor, type Model, type Tensor } from "../onnx/model.ts";
import { readTfjsWeights, scaledKernel } from "./tfjs_weights.ts";

/**
 * Reads the network from the folder of face-api.js's models.
 *
 * @throws {Error} if a file or a weight is missing.
 */
export function readDlibFace(folder: string): Model {
  const manifest = Deno.readTextFileSync(join(folder, "face_recognition_model-weights_manifest.json"));
  return buildDlibFace(
    readTfjsWeights(JSON.parse(manifest), (path) => Deno.readFileSync(join(folder, path))),
  );
}

/** The blocks after the stem, in order. A name has the number of filters, and `down` if the block halves the picture. */
const blocks = [
  ...["conv32_1", "conv32_2", "conv32_3"],
  ...["conv64_down", "conv64_1", "conv64_2", "conv64_3"],
  ...["conv128_down", "conv128_1", "conv128_2"],
  ...["conv256_down", "conv256_1", "conv256_2", "conv256_down_out"],
];

/**
 * The network as an ONNX graph for pictures of any size: input `picture` float32 [1, 3, height, width], RGB grey levels
 * minus dlib's means, over 256. Each block's output is a value of the block's name, from `conv32_1` to the output
 * `conv256_down_out`.
 *
 * `weights` have face-api.js's names (`conv64_1/conv2/conv/filters`, …/conv/bias, …/scale/weights, …/scale/biases) and
 * TensorFlow's layout. dlib's affine layers are folded into the convolutions.
 *
 * @throws {Error} if a weight is missing.
 */
export function buildDlibFace(weights: ReadonlyMap<string, Tensor>): Model {
  const g = new GraphBuilder({ name: "dlib face recognition" });

  /** Convolution and affine layer. Stride 1 keeps the picture's size; stride 2 uses no padding. */
  function unit(x: string, name: string, stride: 1 | 2 = 1): string {
    const { kernel, bias } = foldedWeights(weights, name);
    const size = kernel.dims[2]!;
    const padding = stride === 1 ? (size - 1) / 2 : 0;
    const attributes = {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: Array.from({ length: 4 }, () => padding),
    };
    const inputs = [x, g.constant(kernel, `${name}/kernel`), g.constant(bias, `${name}/bias`)];
    return g.op("Conv", inputs, attributes, `${name}/conv`);
  }

  function residual(x: string, name: string): string {
    const y = unit(g.relu(unit(x, `${name}/conv1`)), `${name}/conv2`);
    return g.op("Relu", [g.add(y, x)], {}, name);
  }

  /** Halves the picture. The smaller branch is padded with zeros to the size of the larger, like dlib's `add_prev`. */
  function residualDown(x: string, name: string): string {
    const y = unit(g.relu(unit(x, `${name}/conv1`, 2)), `${name}/conv2`);
    const pooled = g.op("AveragePool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
    const sum = g.add(withSizeOf(y, pooled), withZeroChannels(pooled, addedChannels(weights, name)));
    return g.op("Relu", [sum], {}, name);
  }

  /**
   * Pads `y` to the size of `larger`. For an even number of rows the 3x3 convolution gives one row less than the pool,
   * for an odd number the same; likewise for columns. The graph computes the difference from the sizes.
   */
  function withSizeOf(y: string, larger: string): string {
    const sizeOf = (value: string) => g.op("Shape", [value], { start: 2 });
    const missing = g.sub(sizeOf(larger), sizeOf(y));
    return g.op("Pad", [y, g.concat([g.ints(0, 0, 0, 0, 0, 0), missing], 0)]);
  }

  function withZeroChannels(x: string, count: number): string {
    return count === 0 ? x : g.op("Pad", [x, g.ints(0, 0, 0, 0, 0, count, 0, 0)]);
  }

  let x = g.relu(unit(g.input("picture", "float32", [1, 3, "height", "width"]), "conv32_down", 2));
  x = g.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2] }, "pool");
  for (const name of blocks) x = name.includes("down") ? residualDown(x, name) : residual(x, name);
  g.graph.outputs.push({ name: x, type: "float32" });
  return g.build();
}

function weightOf(weights: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`the weight ${name} is missing`);
  return tensor;
}

/** How many more channels a block outputs than it takes. */
function addedChannels(weights: ReadonlyMap<string, Tensor>, block: string): number {
  const [, , channels, filters] = weightOf(weights, `${block}/conv1/conv/filters`).dims;
  return filters! - channels!;
}

/** Kernel in ONNX's layout and bias, with the affine layer folded in: (Wx + b) * scale + shift. */
function foldedWeights(weights: ReadonlyMap<string, Tensor>, unit: string): { kernel: Tensor; bias: Tensor } {
  const find = (part: string) => weightOf(weights, `${unit}/${part}`);
  const scale = find("scale/weights").data as Float32Array;
  const shift = find("scale/biases").data as Float32Array;
  const bias = (find("conv/bias").data as Float32Array).map((value, i) => value * scale[i]! + shift[i]!);
  return { kernel: scaledKernel(find("conv/filters"), scale), bias: floatTensor(bias) };
}
