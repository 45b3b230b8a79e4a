/** The encoders (Teed and Deng 2020, section 3.1, appendix A), which compute features on a grid of 8x8-pixel cells. */
import { float } from "../../onnx/build.ts";
import { floatTensor } from "../../onnx/model.ts";
import type { EncoderArchitecture, Normalization } from "./architecture.ts";
import { pad, type Size } from "./padding.ts";
import type { RaftGraph } from "./raft_graph.ts";

/** PyTorch's default for InstanceNorm2d. */
const epsilon = 1e-5;

/** The features for comparing pictures: from [n, 3, height, width] in [0, 1] to [n, channels, rows, columns]. */
export function features(net: RaftGraph, picture: string, size: Size): string {
  return encoder(net, prepared(net, picture, size), "feature_encoder", net.architecture.features);
}

/** Initial state of the recurrent unit, and its context, an input in every update; both [n, …, rows, columns]. */
export function contextOf(net: RaftGraph, picture: string, size: Size): { hidden: string; context: string } {
  const { g, architecture } = net;
  const encoded = encoder(net, prepared(net, picture, size), "context_encoder", architecture.context);
  const channels = architecture.context.channels[4];
  const start = g.slice(encoded, [0], [architecture.hidden], [1]);
  const rest = g.slice(encoded, [architecture.hidden], [channels], [1]);
  return { hidden: g.tanh(start), context: g.relu(rest) };
}

/** Scales a picture to [-1, 1] and pads it to whole cells of 8x8 pixels. */
function prepared({ g }: RaftGraph, picture: string, size: Size): string {
  return pad(g, g.sub(g.mul(picture, g.scalar(2)), g.scalar(1)), size);
}

/**
 * An encoder whose weights' names begin with `name`: from [n, 3, h, w] in [-1, 1] to [n, channels, h/8, w/8]; h and w
 * must be multiples of 8.
 */
function encoder(net: RaftGraph, x: string, name: string, architecture: EncoderArchitecture): string {
  const { block, normalization } = architecture;
  const blockOf = block === "residual" ? residualBlock : bottleneckBlock;
  let y = unit(net, x, `${name}.convnormrelu`, normalization, 2);
  for (const layer of [1, 2, 3]) {
    const stride = layer === 1 ? 1 : 2;
    y = blockOf(net, y, `${name}.layer${layer}.0`, normalization, stride);
    y = blockOf(net, y, `${name}.layer${layer}.1`, normalization, 1);
  }
  return net.convolution(y, `${name}.conv`);
}

/** Convolution, normalisation, ReLU. */
function unit(net: RaftGraph, x: string, name: string, normalization: Normalization, stride = 1): string {
  return net.g.relu(normalized(net, x, name, normalization, stride));
}

function normalized(
  net: RaftGraph,
  x: string,
  name: string,
  normalization: Normalization,
  stride: number,
): string {
  if (normalization === "batch") {
    return net.convolution(x, `${name}.0`, { stride, batchNormalization: `${name}.1` });
  }
  const y = net.convolution(x, `${name}.0`, { stride });
  return normalization === "instance" ? instanceNormalization(net, y, `${name}.0`) : y;
}

/** Normalises each channel of each picture to mean 0 and variance 1; in RAFT this has no weights. */
function instanceNormalization(net: RaftGraph, x: string, convolution: string): string {
  const channels = net.weight(`${convolution}.bias`).data.length;
  const ones = net.constant(`ones${channels}`, () => floatTensor(new Float32Array(channels).fill(1)));
  const zeros = net.constant(`zeros${channels}`, () => floatTensor(new Float32Array(channels)));
  return net.g.op("InstanceNormalization", [x, ones, zeros], { epsilon: float(epsilon) });
}

function residualBlock(
  net: RaftGraph,
  x: string,
  name: string,
  normalization: Normalization,
  stride: number,
): string {
  const first = unit(net, x, `${name}.convnormrelu1`, normalization, stride);
  const second = unit(net, first, `${name}.convnormrelu2`, normalization);
  return net.g.relu(net.g.add(shortcut(net, x, name, normalization, stride), second));
}

function bottleneckBlock(
  net: RaftGraph,
  x: string,
  name: string,
  normalization: Normalization,
  stride: number,
): string {
  const narrow = unit(net, x, `${name}.convnormrelu1`, normalization);
  const middle = unit(net, narrow, `${name}.convnormrelu2`, normalization, stride);
  const wide = unit(net, middle, `${name}.convnormrelu3`, normalization);
  return net.g.relu(net.g.add(shortcut(net, x, name, normalization, stride), wide));
}

function shortcut(
  net: RaftGraph,
  x: string,
  name: string,
  normalization: Normalization,
  stride: number,
): string {
  return stride === 1 ? x : normalized(net, x, `${name}.downsample`, normalization, stride);
}
