/** Names (torchvision's) and shapes of the tensors in RAFT's weights. */
import {
  contextChannels,
  correlationChannels,
  type EncoderArchitecture,
  type RaftArchitecture,
} from "./architecture.ts";

/** Adds a convolution's kernel and bias, and in an encoder with batch normalisation also the normalisation's tensors. */
type AddConvolution = (name: string, filters: number, channels: number, kernel: readonly number[]) => void;

/** The name and shape of every tensor that a network of this architecture has. */
export function weightShapes(architecture: RaftArchitecture): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  const convolution: AddConvolution = (name, filters, channels, kernel) => {
    shapes.set(`${name}.weight`, [filters, channels, ...kernel]);
    shapes.set(`${name}.bias`, [filters]);
  };
  addEncoder(shapes, convolution, "feature_encoder", architecture.features);
  addEncoder(shapes, convolution, "context_encoder", architecture.context);
  addUpdateBlock(convolution, architecture);
  if (architecture.mask !== undefined) {
    convolution("mask_predictor.convrelu.0", architecture.mask, architecture.hidden, [3, 3]);
    convolution("mask_predictor.conv", 9 * 64, architecture.mask, [1, 1]);
  }
  return shapes;
}

function addEncoder(
  shapes: Map<string, number[]>,
  convolution: AddConvolution,
  name: string,
  { channels, block, normalization }: EncoderArchitecture,
): void {
  const unit: AddConvolution = (unitName, filters, inputs, kernel) => {
    convolution(`${unitName}.0`, filters, inputs, kernel);
    if (normalization !== "batch") return;
    for (const part of ["weight", "bias", "running_mean", "running_var"]) {
      shapes.set(`${unitName}.1.${part}`, [filters]);
    }
  };
  unit(`${name}.convnormrelu`, channels[0], 3, [7, 7]);
  for (const layer of [1, 2, 3] as const) {
    const filters = channels[layer];
    for (const index of [0, 1]) {
      const path = `${name}.layer${layer}.${index}`;
      const inputs = index === 0 ? channels[layer - 1]! : filters;
      if (block === "bottleneck") {
        unit(`${path}.convnormrelu1`, filters / 4, inputs, [1, 1]);
        unit(`${path}.convnormrelu2`, filters / 4, filters / 4, [3, 3]);
        unit(`${path}.convnormrelu3`, filters, filters / 4, [1, 1]);
      } else {
        unit(`${path}.convnormrelu1`, filters, inputs, [3, 3]);
        unit(`${path}.convnormrelu2`, filters, filters, [3, 3]);
      }
      if (index === 0 && layer > 1) unit(`${path}.downsample`, filters, inputs, [1, 1]);
    }
  }
  convolution(`${name}.conv`, channels[4], channels[3], [1, 1]);
}

function addUpdateBlock(convolution: AddConvolution, architecture: RaftArchitecture): void {
  const { motion, hidden, grus, flowHead } = architecture;
  const encoder = "update_block.motion_encoder";
  let channels = correlationChannels(architecture);
  for (const [index, filters] of motion.correlation.entries()) {
    const extent = index === 0 ? 1 : 3;
    convolution(`${encoder}.convcorr${index + 1}.0`, filters, channels, [extent, extent]);
    channels = filters;
  }
  convolution(`${encoder}.convflow1.0`, motion.flow[0], 2, [7, 7]);
  convolution(`${encoder}.convflow2.0`, motion.flow[1], motion.flow[0], [3, 3]);
  convolution(`${encoder}.conv.0`, motion.both, channels + motion.flow[1], [3, 3]);
  const inputs = hidden + contextChannels(architecture) + motion.both + 2;
  for (const { name, kernel } of grus) {
    for (const gate of ["z", "r", "q"]) {
      convolution(`update_block.recurrent_block.${name}.conv${gate}`, hidden, inputs, kernel);
    }
  }
  convolution("update_block.flow_head.conv1", flowHead, hidden, [3, 3]);
  convolution("update_block.flow_head.conv2", 2, flowHead, [3, 3]);
}
