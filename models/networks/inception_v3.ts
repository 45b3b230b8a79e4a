/**
 * InceptionV3 (Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision") without its
 * classifier, with Keras's names for the blocks: `mixed0` … `mixed10`.
 */
import { GraphBuilder } from "../onnx/build.ts";
import { floatTensor, type Model, type Tensor } from "../onnx/model.ts";
import { scaledKernel } from "./tfjs_weights.ts";

/** Keras's default for a BatchNormalization inside InceptionV3. */
const epsilon = 1e-3;

/** Options of a convolution unit. By default it has stride 1 and keeps the picture's size. */
interface UnitOptions {
  stride?: number;
  padding?: "same" | "valid";
}

/**
 * The network as an ONNX graph: input `picture` float32 [1, 3, height, width], RGB in [-1, 1]; output `mixed10`.
 * `weights` have Keras's names (`conv2d_7/kernel`, `batch_normalization_7/beta`, …), numbered in the order in which
 * Keras builds the network, which is the order of the calls below. Batch normalisation is folded into the
 * convolutions.
 *
 * @throws {Error} if a weight is missing.
 */
export function buildInceptionV3(weights: ReadonlyMap<string, Tensor>): Model {
  const g = new GraphBuilder({ name: "InceptionV3" });
  let unitNumber = 0;

  /** Convolution of `height` x `width`, batch normalisation, ReLU. */
  function unit(
    x: string,
    filters: number,
    height: number,
    width: number,
    options: UnitOptions = {},
  ): string {
    const { kernel, bias } = foldedWeights(weights, ++unitNumber);
    if (kernel.dims[0] !== filters || kernel.dims[2] !== height || kernel.dims[3] !== width) {
      throw new Error(
        `conv2d_${unitNumber} has shape [${kernel.dims}], not ${filters} of ${height}x${width}`,
      );
    }
    const { stride = 1, padding = "same" } = options;
    const [y, z] = padding === "same" ? [(height - 1) / 2, (width - 1) / 2] : [0, 0];
    const attributes = { kernel_shape: [height, width], strides: [stride, stride], pads: [y, z, y, z] };
    const name = `conv${unitNumber}`;
    const inputs = [x, g.constant(kernel, `${name}/kernel`), g.constant(bias, `${name}/bias`)];
    return g.op("Relu", [g.op("Conv", inputs, attributes, `${name}/conv`)], {}, name);
  }

  const maxPool = (x: string) => g.op("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2] });
  const averagePool = (x: string) =>
    g.op("AveragePool", [x], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
  const mixed = (index: number, branches: string[]) => g.op("Concat", branches, { axis: 1 }, `mixed${index}`);

  function stem(picture: string): string {
    let x = unit(picture, 32, 3, 3, { stride: 2, padding: "valid" });
    x = unit(x, 32, 3, 3, { padding: "valid" });
    x = maxPool(unit(x, 64, 3, 3));
    x = unit(x, 80, 1, 1, { padding: "valid" });
    return maxPool(unit(x, 192, 3, 3, { padding: "valid" }));
  }

  /** 35x35 at the original size: 1x1, 5x5 and double 3x3 branches. */
  function blockA(index: number, x: string, poolFilters: number): string {
    const single = unit(x, 64, 1, 1);
    const five = unit(unit(x, 48, 1, 1), 64, 5, 5);
    const three = unit(unit(unit(x, 64, 1, 1), 96, 3, 3), 96, 3, 3);
    const pooled = unit(averagePool(x), poolFilters, 1, 1);
    return mixed(index, [single, five, three, pooled]);
  }

  /** Halves the picture. */
  function reductionA(index: number, x: string): string {
    const halving = { stride: 2, padding: "valid" } as const;
    const three = unit(x, 384, 3, 3, halving);
    const double = unit(unit(unit(x, 64, 1, 1), 96, 3, 3), 96, 3, 3, halving);
    return mixed(index, [three, double, maxPool(x)]);
  }

  /** 17x17: 7x7 convolutions factored into rows and columns. */
  function blockB(index: number, x: string, filters: number): string {
    const single = unit(x, 192, 1, 1);
    let seven = unit(x, filters, 1, 1);
    seven = unit(unit(seven, filters, 1, 7), 192, 7, 1);
    let double = unit(x, filters, 1, 1);
    double = unit(unit(double, filters, 7, 1), filters, 1, 7);
    double = unit(unit(double, filters, 7, 1), 192, 1, 7);
    const pooled = unit(averagePool(x), 192, 1, 1);
    return mixed(index, [single, seven, double, pooled]);
  }

  /** Halves the picture again. */
  function reductionB(index: number, x: string): string {
    const halving = { stride: 2, padding: "valid" } as const;
    const three = unit(unit(x, 192, 1, 1), 320, 3, 3, halving);
    let seven = unit(unit(x, 192, 1, 1), 192, 1, 7);
    seven = unit(unit(seven, 192, 7, 1), 192, 3, 3, halving);
    return mixed(index, [three, seven, maxPool(x)]);
  }

  /** 8x8: the widest block, whose 3x3 convolutions are split into a row and a column. */
  function blockC(index: number, x: string): string {
    const spread = (y: string) => g.concat([unit(y, 384, 1, 3), unit(y, 384, 3, 1)], 1);
    const single = unit(x, 320, 1, 1);
    const three = spread(unit(x, 384, 1, 1));
    const double = spread(unit(unit(x, 448, 1, 1), 384, 3, 3));
    const pooled = unit(averagePool(x), 192, 1, 1);
    return mixed(index, [single, three, double, pooled]);
  }

  let x = stem(g.input("picture", "float32", [1, 3, "height", "width"]));
  for (const [index, poolFilters] of [32, 64, 64].entries()) x = blockA(index, x, poolFilters);
  x = reductionA(3, x);
  for (const [index, filters] of [128, 160, 160, 192].entries()) x = blockB(4 + index, x, filters);
  x = reductionB(8, x);
  for (const index of [9, 10]) x = blockC(index, x);
  g.output("mixed10", x, "float32");
  return g.build();
}

/** Kernel in ONNX's layout and bias, with batch normalisation folded in. */
function foldedWeights(
  weights: ReadonlyMap<string, Tensor>,
  number: number,
): { kernel: Tensor; bias: Tensor } {
  const find = (name: string): Tensor => {
    const tensor = weights.get(name);
    if (!tensor) throw new Error(`the weight ${name} is missing`);
    return tensor;
  };
  const normalization = `batch_normalization_${number}`;
  const variance = find(`${normalization}/moving_variance`).data as Float32Array;
  const mean = find(`${normalization}/moving_mean`).data as Float32Array;
  const beta = find(`${normalization}/beta`).data as Float32Array;
  const gain = Float32Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
  const bias = beta.map((shift, filter) => shift - mean[filter]! * gain[filter]!);
  return { kernel: scaledKernel(find(`conv2d_${number}/kernel`), gain), bias: floatTensor(bias) };
}
