import { z } from "zod";
import { octaveModes } from "../dreamer/octaves.ts";
import { zoomModes } from "../growth.ts";
import { optimizers } from "../dreamer/optimizer.ts";
import { randomTransforms } from "../dreamer/turn.ts";
import { beginnings } from "../noise.ts";
import { parseNumber } from "./parse_number.ts";
import { group, same, setting } from "./setting.ts";

/** How a frame is dreamed. */
export const ascent = group("How it is dreamed", {
  init: setting(z.enum(beginnings).default("image"), {
    label: "Begin with",
    help:
      "what a dream begins with: the frame (image), or noise (random), of which nothing but the dream remains",
    live: true,
    aliases: { init: same },
  }),

  octaves: setting(z.int().min(1).max(12).default(4), {
    help: "sizes at which each frame is dreamed, from small to large",
    common: 4,
    slider: { low: 1, high: 6, step: 1 },
    live: true,
    costs: ["graphs", "time"],
    aliases: { num_octaves: same },
  }),

  octaveScale: setting(
    z.number().gt(0).max(4).refine((value) => value !== 1, "must not be 1").default(1.6),
    {
      help: "ratio between neighbouring octaves (0.6 means the same as 1/0.6)",
      slider: { low: 1.1, high: 2, step: 0.05 },
      live: true,
      costs: ["graphs", "time"],
      // With neural-dream's manual modes, the same flag holds sizes.
      aliases: { octave_scale: (scale) => areSizes(scale) ? undefined : scale },
    },
  ),

  octaveMode: setting(z.enum(octaveModes).default("normal"), {
    help: "sizes of the octaves: down from the picture by octaveScale (normal), the picture's size times " +
      "octaveScale, twice octaveScale and so on (advanced), or octaveSizes and then the picture's: longest sides " +
      "(manual-max), shortest sides (manual-min), or heights and widths in turn (manual)",
    live: true,
    costs: ["graphs", "time"],
    aliases: { octave_mode: (mode) => mode.replace("_", "-") },
  }),

  octaveSizes: setting(
    z.array(z.int().min(1).max(4096)).min(1).max(24, "must be at most 24 numbers").optional(),
    {
      unit: "pixels",
      help: "with the manual modes of octaveMode: the octaves before that of the picture's own size",
      live: true,
      costs: ["graphs", "time"],
      aliases: { octave_scale: (sizes) => areSizes(sizes) ? sizes : undefined },
    },
  ),

  octaveIterations: setting(z.int().min(0).max(1000).default(3), {
    label: "Steps per octave",
    help: "gradient steps per octave for a frame that inherits a dream",
    common: 5,
    slider: { low: 0, high: 20, step: 1 },
    live: true,
    costs: ["time"],
    aliases: { octave_iter: same },
  }),

  firstIterations: setting(z.int().min(0).max(1000).default(10), {
    label: "Steps for the first frame",
    help: "gradient steps per octave for the first frame, after a scene cut, and for pictures",
    slider: { low: 0, high: 40, step: 1 },
    live: true,
    // deepdream-video-pytorch dreams the first frame like all others.
    aliases: { octave_iter: same },
  }),

  iterations: setting(z.int().min(1).max(100).default(1), {
    label: "Passes over all octaves",
    help: "passes over all octaves per frame",
    slider: { low: 1, high: 5, step: 1 },
    live: true,
    costs: ["time"],
    aliases: { num_iterations: same },
  }),

  zoom: setting(z.int().min(0).max(4096).default(0), {
    help:
      "between the passes over a still picture, keep this percentage of it, magnified, or cut off so many pixels, " +
      "see zoomMode; 0 keeps all",
    slider: { low: 0, high: 100, step: 1 },
    aliases: { zoom: same },
  }),

  zoomMode: setting(z.enum(zoomModes).default("percent"), {
    help: "what zoom counts: the percentage that stays, or the pixels of the dreaming size that go",
    aliases: { zoom_mode: (mode) => mode === "percentage" ? "percent" : mode },
  }),

  optimizer: setting(z.enum(optimizers).default("ascent"), {
    help: "how the picture climbs: ascent (steps of equal mean change), adam or lbfgs",
    live: true,
    costs: ["graphs", "time"],
    aliases: { optimizer: same },
  }),

  lbfgsHistory: setting(z.int().min(1).max(1000).default(100), {
    label: "History of L-BFGS",
    help: "with the optimizer lbfgs: number of earlier steps that it learns from",
    slider: { low: 1, high: 100, step: 1 },
    live: true,
    costs: ["time"],
    aliases: { lbfgs_num_correction: same },
  }),

  learningRate: setting(z.number().gt(0).max(255).default(2.2), {
    label: "Strength of a step",
    unit: "grey levels",
    help:
      "mean change per gradient step; with adam the largest usual one, with lbfgs a factor of its own step",
    common: 2,
    slider: { low: 0.5, high: 12, step: 0.1 },
    live: true,
    aliases: { learning_rate: same },
  }),

  jitter: setting(z.int().min(0).max(512).default(32), {
    unit: "pixels",
    help: "largest random shift of the picture before each step",
    slider: { low: 0, high: 64, step: 1 },
    live: true,
    aliases: { jitter: same },
  }),

  randomTransforms: setting(z.enum(randomTransforms).default("none"), {
    help:
      "turns the picture at random before each step: by half a turn (flip), or any quarter turns (rotate, all)",
    live: true,
    costs: ["graphs", "time"],
    aliases: { random_transforms: same },
  }),

  adjustContrast: setting(z.number().gt(0).max(100).optional(), {
    unit: "percent",
    help:
      "raises the contrast before each step so that this percentile of the picture is white, such as 99.98 " +
      "(default: contrast stays)",
    slider: false,
    live: true,
    costs: ["graphs", "time"],
    // Their code says -1 and their documentation 0 for none.
    aliases: { adjust_contrast: (percent) => (parseNumber(percent) ?? 1) <= 0 ? undefined : percent },
  }),

  smoothing: setting(z.enum(["none", "gaussian", "laplacian"]).default("laplacian"), {
    help: "smoothing of the gradient: a cascade of blurs, a Laplacian pyramid, or none",
    live: true,
    costs: ["graphs", "time"],
  }),

  colour: setting(z.number().min(0).max(2).default(0.6), {
    help: "how much of the gradient's colour is kept; 0 changes brightness alone, 1 is the plain gradient",
    common: 6,
    live: true,
    costs: ["graphs"],
    aliases: { original_colors: (on) => on === "1" ? "0" : undefined },
  }),

  dreamWeight: setting(z.number().min(0).max(1e9).default(1000), {
    label: "Weight of the dream",
    help: "factor of the loss, which matters against tvWeight and l2Weight only",
    slider: { low: 0, high: 5000, step: 50 },
    live: true,
    costs: ["graphs"],
    aliases: { dream_weight: same },
  }),

  tvWeight: setting(z.number().min(0).max(1e9).default(0), {
    label: "Total variation",
    help: "weight of total variation, summed in grey levels, which smooths the dream; 0.001 is visible",
    slider: { low: 0, high: 0.02, step: 0.0005 },
    live: true,
    costs: ["graphs"],
    aliases: { tv_weight: same },
  }),

  l2Weight: setting(z.number().min(0).max(1e9).default(0), {
    label: "Weight of the picture's norm",
    help:
      "weight of half the L3 norm of the picture in grey levels about the network's mean, which keeps it pale",
    slider: { low: 0, high: 1, step: 0.01 },
    live: true,
    costs: ["graphs"],
    aliases: { l2_weight: same },
  }),
});

/** Whether a value of `-octave_scale` is meant for the manual modes: a list, or a number of pixels. */
function areSizes(text: string): boolean {
  return text.includes(",") || (parseNumber(text) ?? 0) > 4;
}
