/**
 * The flags of deepdream-video-pytorch and neural-dream: the values that each takes, and its default. What those with
 * a counterpart here mean is said by the settings' own `aliases`.
 */
import { wrongUsage } from "../../models/errors.ts";
import { settingList } from "../settings/parameters.ts";
import { parseNumber } from "../settings/parse_number.ts";

/** A flag of theirs. */
export interface TheirFlag {
  /** A switch takes none; a list is of the words allowed. */
  values: "switch" | "text" | "whole" | "number" | readonly string[];
  /** Their default, which asks for nothing. */
  usual?: string;
  /** Why the flag changes nothing here, in the words after its name; also why a value in `refused` cannot be had. */
  always?: string;
  /** Values that cannot be had here. */
  refused?: { values: readonly string[]; because: string };
}

const cudnn = "is always so: CUDA runs convolutions with cuDNN, which is chosen by --provider cuda";
const onnxruntime = "the processor runs networks with onnxruntime's own kernels; leave the flag out";

const taking = (values: TheirFlag["values"]) => (usual?: string): TheirFlag => ({
  values,
  ...(usual !== undefined && { usual }),
});
const text = taking("text"), whole = taking("whole"), number = taking("number");
const choice = (words: string, usual?: string) => taking(words.split(" "))(usual);
const on: TheirFlag = { values: "switch" };

/** Their own flags by name, without the dash. */
const own: Readonly<Record<string, TheirFlag>> = {
  content_video: text(),
  output_video: text(),
  blend: number(),
  independent: on,
  update_interval: {
    ...whole("5"),
    always: "is not needed: the unfinished video can be watched at any time",
  },
  temp_dir: text(),
  keep_temp: on,
  verbose: on,

  content_image: text(),
  image_size: whole(),
  gpu: text(),

  dream_weight: number(),
  normalize_weights: on,
  tv_weight: number(),
  l2_weight: number(),
  num_iterations: whole(),
  jitter: whole(),
  init: choice("image random"),
  optimizer: choice("adam lbfgs"),
  learning_rate: number(),
  lbfgs_num_correction: whole(),
  loss_mode: choice("bce mse mean norm l2 abs_mean abs_l2"),

  print_iter: whole(),
  print_octave_iter: whole("0"),
  save_iter: whole(),
  save_octave_iter: whole("0"),
  output_image: text(),
  output_start_num: whole("1"),

  num_octaves: whole(),
  octave_scale: text(),
  octave_iter: whole(),
  octave_mode: choice("normal advanced manual_max manual_min manual"),

  channels: text(),
  channel_mode: choice("all strong avg weak ignore"),
  channel_capture: choice("once iter octave_iter"),

  layer_sigma: number(),
  lap_scale: whole(),
  sigma: text(),
  use_fft: on,
  fft_block: whole(),

  zoom: whole(),
  zoom_mode: choice("percent percentage pixel"),
  leading_zeros: whole("0"),

  tile_size: whole("0"),
  overlap_percent: number("0.5"),
  disable_roll: on,
  print_tile: whole("0"),
  print_tile_iter: whole("0"),
  image_capture_size: whole(),

  create_gif: on,
  frame_duration: whole(),

  original_colors: choice("0 1"),
  pooling: choice("max avg"),
  model_file: text(),
  model_type: choice("auto caffe pytorch keras", "auto"),
  model_mean: text("auto"),
  label_file: text(),
  disable_check: { ...on, always: "is not needed: files are recognised by their tensors, not by a list" },
  backend: {
    ...choice("nn cudnn openmp mkl mkldnn mkl,cudnn cudnn,mkl", "nn"),
    always: "is always so: cuDNN serves CUDA, and every core the processor",
    refused: { values: ["mkl", "mkldnn", "mkl,cudnn", "cudnn,mkl"], because: onnxruntime },
  },
  cudnn_autotune: { ...on, always: cudnn },
  seed: whole(),
  clamp: { ...on, always: "is always so: every step keeps the picture between black and white" },
  random_transforms: choice("none all flip rotate"),
  adjust_contrast: number(),
  classify: whole("0"),

  dream_layers: text(),
  multidevice_strategy: {
    ...text("4,7,29"),
    always: "is not needed: one device holds the whole network, see --provider",
  },
  print_layers: on,
  print_channels: on,

  norm_percent: number(),
  abs_percent: number(),
  mean_percent: number(),
  percent_mode: choice("fast slow"),
};

/** Aliases that a setting brings besides. */
const further = settingList.flatMap(({ kind, aliases = {} }) =>
  Object.keys(aliases).filter((name) => !(name in own))
    .map((name): [string, TheirFlag] => [name, kind === "boolean" ? on : text()])
);

/** All flags by name, without the dash. */
export const theirFlags: Readonly<Record<string, TheirFlag>> = { ...own, ...Object.fromEntries(further) };

/**
 * The flag that a name stands for: itself, or the only one that begins with it, as in Python's argparse.
 *
 * @returns undefined if none begins with it
 * @throws {ReverieError} if several do
 */
export function theirFlagNamed(typed: string): string | undefined {
  if (Object.hasOwn(theirFlags, typed)) return typed;
  const fitting = Object.keys(theirFlags).filter((name) => name.startsWith(typed));
  if (fitting.length > 1) {
    throw wrongUsage(
      `-${typed} could be ${fitting.map((name) => `-${name}`).join(", ")}; give the whole name`,
    );
  }
  return fitting[0];
}

/**
 * Checks a value of a flag.
 *
 * @throws {ReverieError} naming the flag and what it may be
 */
export function checkTheirValue(name: string, value: string): void {
  const { values, refused } = theirFlags[name]!;
  const wrong = (allowed: string) => wrongUsage(`-${name} must be ${allowed}, not "${value}"`);
  if (refused?.values.includes(value)) {
    throw wrongUsage(`-${name} ${value} cannot be had: ${refused.because}`);
  }
  if (Array.isArray(values)) {
    if (!values.includes(value)) throw wrong(values.join(", ").replace(/, ([^,]*)$/, " or $1"));
  } else if (values === "whole" || values === "number") {
    const parsed = parseNumber(value);
    if (parsed === undefined) throw wrong(values === "whole" ? "a whole number" : "a number");
    if (values === "whole" && !Number.isInteger(parsed)) throw wrong("a whole number");
  } else if (value === "") throw wrong("a value that is not empty");
}
