import { existsSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { networkNames } from "./network_names.ts";
import { exceptFor, group, same, setting } from "./setting.ts";

/** Three numbers, one per RGB channel; a single number stands for all three. */
const perChannel = z.union([
  z.tuple([z.number(), z.number(), z.number()]),
  z.number().transform((value): [number, number, number] => [value, value, value]),
]);

const losses = ["mean", "l2"] as const;

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
    help: "channels of the layers to grow (default: all of them)",
    live: true,
    costs: ["graphs", "time"],
    lookup: "layers",
    aliases: { channels: exceptFor("-1") },
  }),

  loss: setting(z.enum(losses).default("mean"), {
    help: "what grows: mean activation, layers weighing the same, or l2, the mean of its square",
    live: true,
    costs: ["graphs", "time"],
    aliases: { loss_mode: lossMode },
  }),

  mean: setting(perChannel.optional(), {
    kind: "perChannel",
    help: "for an ONNX file: RGB means that are subtracted, in 0-1 or 0-255 (default: ImageNet's)",
  }),

  scale: setting(perChannel.optional(), {
    kind: "perChannel",
    help: "for an ONNX file: factors on the difference, for pixels in 0-1 (default: ImageNet's)",
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

function lossMode(mode: string, note: (line: string) => void): string | undefined {
  if (losses.some((loss) => loss === mode)) return mode;
  note(`-loss_mode ${mode} is not there yet; the preset's or the default loss is used`);
  return undefined;
}
