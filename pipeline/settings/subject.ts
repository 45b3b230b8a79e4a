import { existsSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { poolings } from "../../models/networks/pooling.ts";
import { networkNames } from "./network_names.ts";
import { channelCaptures, channelModes } from "../dreamer/channels.ts";
import { percentModes } from "../dreamer/weak_activations.ts";
import { type Loss, losses, weightings } from "../dreamer/loss.ts";
import { parseNumber } from "./parse_number.ts";
import { exceptFor, group, same, setting } from "./setting.ts";

/** Three numbers, one per RGB channel; a single number stands for all three. */
const perChannel = z.union([
  z.tuple([z.number(), z.number(), z.number()]),
  z.number().transform((value): [number, number, number] => [value, value, value]),
]);

/** neural-dream's losses that have another name here. */
const lossModes: Readonly<Record<string, Loss>> = {
  mse: "l2",
  l2: "norm",
  abs_l2: "norm",
  abs_mean: "abs-mean",
};

function percent(measure: string, alias: string) {
  return setting(z.number().min(0).max(100).default(0), {
    unit: "percent",
    help: `leave weak activations out, by their ${measure}, see percentMode; 0 keeps all`,
    live: true,
    costs: ["graphs", "time"],
    aliases: { [alias]: same },
  });
}

/** The network, and what it maximises. */
export const subject = group("What is dreamed", {
  model: setting(z.string().min(1).default("auto"), {
    label: "Network",
    help:
      "network to dream with: a name of `models list`, a file (.onnx, .pth, .caffemodel), or auto: googlenet " +
      "where it can be had, else inception-v3",
    remote: {
      names: ["auto", ...networkNames("dream")],
      help: `network to dream with: ${networkNames("dream").join(", ")}, or auto: the best that can be had`,
    },
    suggested: "networks",
    costs: ["time"],
    aliases: { model_file: networkFile },
  }),

  layers: setting(
    z.array(z.string().min(1).max(200)).min(1).max(100, "must be at most 100 names").optional(),
    {
      help:
        "layers whose activation grows, deeper ones make larger shapes (default: the network's own choice)",
      common: 1,
      suggested: "layers",
      live: true,
      costs: ["graphs", "time"],
      lookup: "layers",
      aliases: { dream_layers: same },
    },
  ),

  channels: setting(z.array(z.int().min(0)).min(1).max(1000, "must be at most 1000 numbers").optional(), {
    help: "channels of the layers to grow, or how many of them, see channelMode (default: all of them)",
    live: true,
    costs: ["graphs", "time"],
    lookup: "layers",
    aliases: { channels: exceptFor("-1") },
  }),

  captureSize: setting(z.int().min(0).max(4096).default(0), {
    unit: "pixels",
    help:
      "longest side of the picture on which channels are ranked, see channelMode; 0 for the dreaming size",
    slider: { low: 0, high: 1024, step: 32 },
    live: true,
    costs: ["graphs"],
    aliases: { image_capture_size: (size) => size === "-1" ? "0" : size },
  }),

  channelMode: setting(z.enum(channelModes).default("all"), {
    help:
      "what channels names: those to grow (all), those not to grow (ignore), or how many by their activation: " +
      "the strongest (strong), middling (avg) or weakest (weak)",
    live: true,
    costs: ["graphs", "time"],
    lookup: "layers",
    aliases: { channel_mode: same },
  }),

  channelCapture: setting(z.enum(channelCaptures).default("once"), {
    help: "when strong, avg or weak channels are chosen: once for a frame, or before every step (iter)",
    live: true,
    costs: ["graphs", "time"],
    aliases: { channel_capture: (when) => when === "octave_iter" ? "iter" : when },
  }),

  normPercent: percent("norm", "norm_percent"),
  absPercent: percent("sum", "abs_percent"),
  meanPercent: percent("mean", "mean_percent"),

  percentMode: setting(z.enum(percentModes).default("fast"), {
    help:
      "what normPercent, absPercent and meanPercent leave out: activations below 1 % of that percentile of a " +
      "layer's places (fast), or all channels but that share, the strongest (slow)",
    live: true,
    costs: ["graphs", "time"],
    aliases: { percent_mode: same },
  }),

  networkBlur: setting(z.number().min(0).max(20).default(0), {
    unit: "pixels",
    help:
      "sigma of a blur of 5 x 5 pixels of what the network sees, so that it does not chase grain; 0 for none",
    slider: { low: 0, high: 3, step: 0.1 },
    live: true,
    costs: ["graphs", "time"],
    aliases: { layer_sigma: same },
  }),

  pyramidLevels: setting(z.int().min(0).max(16).default(0), {
    help: "levels of a Laplacian pyramid of the layers' activations, whose bands grow together; 0 for none",
    slider: { low: 0, high: 8, step: 1 },
    live: true,
    costs: ["graphs", "time"],
    aliases: { lap_scale: exceptFor("0") },
  }),

  pyramidSigma: setting(
    z.array(z.number().gt(0).max(100)).min(1).max(2, "must be one number or two").optional(),
    {
      kind: "numbers",
      help:
        "sigmas of the blur from level to level and of the one that makes bands, with pyramidLevels; of one number, the " +
        "second is that times the levels (default: 1)",
      live: true,
      costs: ["graphs", "time"],
      aliases: { sigma: same },
    },
  ),

  highPass: setting(z.boolean().default(false), {
    help:
      "leave low frequencies of the layers' activations out, up to highPassBlock, so that fine structure grows",
    live: true,
    costs: ["graphs", "time"],
    aliases: { use_fft: same },
  }),

  highPassBlock: setting(z.int().min(0).max(1000).default(25), {
    help:
      "with highPass: the highest frequency left out, in periods per side; at most half of those a layer has",
    slider: { low: 0, high: 50, step: 1 },
    live: true,
    costs: ["graphs", "time"],
    aliases: { fft_block: same },
  }),

  loss: setting(z.enum(losses).default("mean"), {
    help:
      "what grows: the mean of the activation, of its square (l2), of its magnitude (abs-mean) or of its " +
      "softplus (bce), or its norm, the root of the sum of squares",
    live: true,
    costs: ["graphs", "time"],
    // Their l2 and abs_l2 are the norm, and their mse is the mean square.
    aliases: { loss_mode: (mode) => lossModes[mode] ?? mode },
  }),

  weighting: setting(z.enum(weightings).optional(), {
    label: "Weights of layers",
    help:
      "how layers weigh: equal, plain (the sum of their losses) or size (each divided by its layer's largest " +
      "dimension) (default: equal with the optimizer ascent, else plain)",
    live: true,
    costs: ["graphs"],
    aliases: { normalize_weights: (on) => on === "true" ? "size" : undefined },
  }),

  mean: setting(perChannel.optional(), {
    kind: "perChannel",
    help: "for an ONNX file: RGB means that are subtracted, in 0-1 or 0-255 (default: ImageNet's)",
    aliases: { model_mean: (mean) => mean === "auto" ? undefined : meanInRgb(mean) },
  }),

  scale: setting(perChannel.optional(), {
    kind: "perChannel",
    help: "for an ONNX file: factors on the difference, for pixels in 0-1 (default: ImageNet's)",
  }),

  pooling: setting(z.enum(poolings).default("max"), {
    help:
      "how the network pools: by the maximum of each window, as it was trained, or by the mean (avg), which is smoother",
    costs: ["time"],
    aliases: { pooling: same },
  }),

  channelOrder: setting(z.enum(["rgb", "bgr"]).optional(), {
    help: "for an ONNX file: order of its input channels (default: rgb)",
  }),
});

/** The default file of deepdream-video-pytorch need not exist: it is GoogLeNet, Reverie's own default. */
function networkFile(file: string, note: (line: string) => void): string | undefined {
  if (!/^bvlc_googlenet\.pth$/i.test(basename(file)) || existsSync(file)) return file;
  note(`-model_file ${file} is not here; it is the network that Reverie has as googlenet`);
  return undefined;
}

/** neural-dream's means, which are of BGR in grey levels, or of RGB in [0, 1]. */
function meanInRgb(text: string): string {
  const numbers = text.split(",");
  return numbers.some((number) => (parseNumber(number) ?? 0) > 1) ? numbers.toReversed().join(",") : text;
}
