import { floatTensor } from "../model.ts";
import { isBlocked } from "./blocked.ts";
import type { GradientContext } from "./gradient_context.ts";

/** Which neighbouring channels are summed, and with what weight. */
export interface ChannelWindow {
  size: number;
  /** How many of them lie below the channel itself. */
  before: number;
  weight: number;
}

/** Width of the blocks on the band's diagonal. */
const blockWidth = 32;

/** Prefix of the names of the convolutions made here, which identifies them in a profile. */
export const channelSumHint = "channel_sum";

/**
 * The weighted sum of neighbouring channels of a value shaped like the node's input, plus `bias`: a convolution of one
 * element with a band matrix, which all providers run well.
 */
export function channelSum(c: GradientContext, value: string, window: ChannelWindow, bias = 0): string {
  const dims = c.shape(c.node.inputs[0]!);
  const [batch, channels] = dims as [number, number];
  const flat = isConvolvable(dims) ? undefined : [batch, channels, -1];
  const x = flat ? c.g.reshape(value, flat) : value;
  const narrow = window.size <= blockWidth / 2 && channels >= 4 * blockWidth && channels % blockWidth === 0;
  const sum = narrow && isBlocked(c, dims)
    ? bandByBlocks(c, x, window, bias)
    : project(c, x, channels, channels, (to, from) => inBand(window, to, from), bias);
  return flat ? c.g.reshape(sum, dims) : sum;
}

/** Whether a convolution takes values of this shape as they are; others become lines. */
function isConvolvable(dims: number[]): boolean {
  return dims.length === 3 || dims.length === 4;
}

function inBand({ before, size, weight }: ChannelWindow, to: number, from: number): number {
  const place = from - to + before;
  return place >= 0 && place < size ? weight : 0;
}

/**
 * A band matrix of many channels is mostly zeros. It is split into the blocks on its diagonal, a convolution
 * with one group per block, and the corners between blocks, which only concern a few channels at each
 * boundary: one narrow convolution selects these channels and another one distributes their sums.
 */
function bandByBlocks(c: GradientContext, x: string, window: ChannelWindow, bias: number): string {
  const channels = c.shape(c.node.inputs[0]!)[1]!;
  const block = (channel: number) => Math.floor(channel / blockWidth);
  const crossing = (to: number, from: number) => block(to) === block(from) ? 0 : inBand(window, to, from);
  const all = Array.from({ length: channels }, (_, channel) => channel);
  const picked = all.filter((from) => all.some((to) => crossing(to, from) !== 0));
  const width = Math.ceil(picked.length / blockWidth) * blockWidth;
  const diagonal = project(
    c,
    x,
    channels,
    channels,
    (to, from) => inBand(window, to, from),
    bias,
    blockWidth,
  );
  const edges = project(c, x, width, channels, (to, from) => picked[to] === from ? 1 : 0);
  const corners = project(c, edges, channels, width, (to, from) => {
    const channel = picked[from];
    return channel === undefined ? 0 : crossing(to, channel);
  });
  return c.g.add(corners, diagonal);
}

/** A convolution of one element with computed weights; with `groupWidth`, of groups that are as wide. */
function project(
  c: GradientContext,
  x: string,
  outputs: number,
  inputs: number,
  weight: (to: number, from: number) => number,
  bias = 0,
  groupWidth = inputs,
): string {
  const data = Float32Array.from({ length: outputs * groupWidth }, (_, i) => {
    const to = Math.floor(i / groupWidth);
    const group = Math.floor(to * inputs / outputs / groupWidth);
    return weight(to, group * groupWidth + i % groupWidth);
  });
  const kernel = isConvolvable(c.shape(c.node.inputs[0]!))
    ? c.shape(c.node.inputs[0]!).slice(2).map(() => 1)
    : [1];
  const operands = [x, c.g.constant(floatTensor(data, [outputs, groupWidth, ...kernel]), "band")];
  if (bias !== 0) operands.push(c.g.constant(floatTensor(new Float32Array(outputs).fill(bias)), "bias"));
  const attributes = { kernel_shape: kernel, group: inputs / groupWidth };
  return c.g.op("Conv", operands, attributes, channelSumHint);
}
