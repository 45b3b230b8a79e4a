/** The two networks of Teed and Deng 2020 (arXiv 2003.12039), appendix A, in numbers. */

/** Which of the two networks. */
export type RaftVariant = "raft-small" | "raft-large";

/** How an encoder normalises after a convolution. */
export type Normalization = "instance" | "batch" | "none";

/** An encoder. */
export interface EncoderArchitecture {
  /** Channels after the first convolution, the three pairs of blocks, and the last convolution. */
  channels: readonly [number, number, number, number, number];
  /** `bottleneck`: 1x1, 3x3 and 1x1 at a quarter of the channels; `residual`: two of 3x3. */
  block: "residual" | "bottleneck";
  normalization: Normalization;
}

/** One gated recurrent unit and the extent of its convolutions. */
export interface GruArchitecture {
  name: string;
  /** Height and width of the kernels. */
  kernel: readonly [number, number];
}

/** Everything that differs between the two networks. */
export interface RaftArchitecture {
  variant: RaftVariant;
  features: EncoderArchitecture;
  /** Its output channels are split: the first `hidden` initialise the recurrent state, the others are the context. */
  context: EncoderArchitecture;
  /** Channels of the recurrent state. */
  hidden: number;
  /** Correlations are looked up within this many cells in each direction, on each of {@link pyramidLevels} levels. */
  radius: number;
  /** Channels of the motion encoder's convolutions over correlations, over flow, and over both. */
  motion: { correlation: readonly number[]; flow: readonly [number, number]; both: number };
  /** The units run one after another; two of them, over rows and columns, form the paper's separable unit. */
  grus: readonly GruArchitecture[];
  /** Channels between the flow head's two convolutions. */
  flowHead: number;
  /** Channels between the mask predictor's two convolutions; if absent, flow is upsampled bilinearly. */
  mask?: number;
}

/** Levels of the correlation pyramid (section 3.2). */
export const pyramidLevels = 4;

/** Side of a cell, in pixels, of the grid on which flow is refined. */
export const cell = 8;

/** Number of correlations that are looked up for each cell. */
export function correlationChannels({ radius }: RaftArchitecture): number {
  return pyramidLevels * (2 * radius + 1) ** 2;
}

/** Channels of the context, an input of each recurrent unit in every update. */
export function contextChannels({ context, hidden }: RaftArchitecture): number {
  return context.channels[4] - hidden;
}

/** Both networks by name. */
export const raftArchitectures: Readonly<Record<RaftVariant, RaftArchitecture>> = {
  "raft-small": {
    variant: "raft-small",
    features: { channels: [32, 32, 64, 96, 128], block: "bottleneck", normalization: "instance" },
    context: { channels: [32, 32, 64, 96, 160], block: "bottleneck", normalization: "none" },
    hidden: 96,
    radius: 3,
    motion: { correlation: [96], flow: [64, 32], both: 80 },
    grus: [{ name: "convgru1", kernel: [3, 3] }],
    flowHead: 128,
  },
  "raft-large": {
    variant: "raft-large",
    features: { channels: [64, 64, 96, 128, 256], block: "residual", normalization: "instance" },
    context: { channels: [64, 64, 96, 128, 256], block: "residual", normalization: "batch" },
    hidden: 128,
    radius: 4,
    motion: { correlation: [256, 192], flow: [128, 64], both: 126 },
    grus: [{ name: "convgru1", kernel: [1, 5] }, { name: "convgru2", kernel: [5, 1] }],
    flowHead: 256,
    mask: 256,
  },
};
