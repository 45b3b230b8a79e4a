import { GraphBuilder } from "../../onnx/build.ts";
import { floatTensor, type Tensor } from "../../onnx/model.ts";
import type { RaftArchitecture } from "./architecture.ts";
import type { RaftWeights } from "./weights.ts";

/** Options of {@link RaftGraph.convolution}. */
export interface ConvolutionOptions {
  stride?: number;
  /** Uses only these ranges of input channels (`to` is exclusive), as if the others were zero. */
  channels?: readonly (readonly [from: number, to: number])[];
  /** Omits the bias. */
  withoutBias?: boolean;
  /** Name of a batch normalisation that is folded into the convolution. */
  batchNormalization?: string;
}

/** PyTorch's default epsilon for batch normalisation. */
const epsilon = 1e-5;

/** Builds a graph with RAFT's weights. Each tensor is stored once, however often it is used. */
export class RaftGraph {
  readonly g: GraphBuilder;
  readonly architecture: RaftArchitecture;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #constants = new Map<string, string>();

  constructor(name: string, { architecture, tensors }: RaftWeights) {
    this.g = new GraphBuilder({ name });
    this.architecture = architecture;
    this.#tensors = tensors;
  }

  /**
   * A convolution with the weights `name.weight` and `name.bias`. Zero padding by half the kernel keeps the size, apart
   * from the stride.
   */
  convolution(x: string, name: string, options: ConvolutionOptions = {}): string {
    const { stride = 1, channels, withoutBias, batchNormalization } = options;
    const part = channels ? `${name}[${channels.join(";")}]` : name;
    const [, , height, width] = this.weight(`${name}.weight`).dims as [number, number, number, number];
    const [padY, padX] = [(height - 1) / 2, (width - 1) / 2];
    const kernel = this.constant(`${part}.weight`, () => {
      const whole = this.weight(`${name}.weight`);
      const taken = channels ? inputChannels(whole, channels) : whole;
      return batchNormalization ? scaledFilters(taken, this.#gain(batchNormalization)) : taken;
    });
    const bias = withoutBias ? "" : this.constant(`${name}.bias`, () => {
      const plain = this.weight(`${name}.bias`);
      return batchNormalization ? this.#foldedBias(plain, batchNormalization) : plain;
    });
    const attributes = {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [padY, padX, padY, padX],
    };
    return this.g.conv(x, kernel, bias, attributes);
  }

  /**
   * A weight by its torchvision name.
   *
   * @throws {Error} if there is none.
   */
  weight(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`${this.architecture.variant} has no weight ${name}`);
    return tensor;
  }

  /** A constant that is created on first use and shared afterwards. */
  constant(name: string, make: () => Tensor): string {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const value = this.g.constant(make(), name);
    this.#constants.set(name, value);
    return value;
  }

  /** weight / sqrt(variance + epsilon), for each channel. */
  #gain(name: string): Float32Array {
    const scale = this.weight(`${name}.weight`).data as Float32Array;
    const variance = this.weight(`${name}.running_var`).data as Float32Array;
    return scale.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  }

  #foldedBias(bias: Tensor, name: string): Tensor {
    const gain = this.#gain(name);
    const mean = this.weight(`${name}.running_mean`).data as Float32Array;
    const shift = this.weight(`${name}.bias`).data as Float32Array;
    const plain = bias.data as Float32Array;
    return floatTensor(
      plain.map((value, channel) => (value - mean[channel]!) * gain[channel]! + shift[channel]!),
    );
  }
}

/** The kernel [filters, channels, height, width] over only some of its input channels. */
function inputChannels(kernel: Tensor, ranges: readonly (readonly [number, number])[]): Tensor {
  const [filters, channels, height, width] = kernel.dims as [number, number, number, number];
  const source = kernel.data as Float32Array;
  const taps = height * width;
  const kept = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const data = new Float32Array(filters * kept * taps);
  let offset = 0;
  for (let filter = 0; filter < filters; filter++) {
    for (const [from, to] of ranges) {
      const start = filter * channels;
      data.set(source.subarray((start + from) * taps, (start + to) * taps), offset);
      offset += (to - from) * taps;
    }
  }
  return floatTensor(data, [filters, kept, height, width]);
}

function scaledFilters(kernel: Tensor, gain: Float32Array): Tensor {
  const size = kernel.data.length / gain.length;
  const data = (kernel.data as Float32Array).map((value, index) => value * gain[Math.floor(index / size)]!);
  return floatTensor(data, kernel.dims);
}
