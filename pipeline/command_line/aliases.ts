/**
 * The single-dash flags of deepdream-video-pytorch, so that scripts written for it keep working. Flags with a
 * counterpart are translated; the rest are accepted and named in a warning. Defaults are Reverie's own.
 */
import { nearest } from "../settings/nearest.ts";
import { flagName } from "./flags.ts";
import { settingList } from "../settings/parameters.ts";
import { type ReverieError, wrongUsage } from "../../models/errors.ts";

/** A command line without single-dash flags. */
export interface Translated {
  /** The arguments, in Reverie's own flags. */
  args: string[];
  /** From `-content_video` or `-content_image`. */
  input?: string;
  /** From `-output_video` or `-output_image`. */
  output?: string;
  /** One line each, for the user: what was changed and what has no effect. */
  notes: string[];
}

/**
 * The settings that each flag stands for, usually one. Each setting's `aliases` say how to read the value.
 */
const meant = Map.groupBy(
  settingList.flatMap((setting) => Object.keys(setting.aliases ?? {}).map((name) => ({ name, setting }))),
  ({ name }) => name,
);

/** Flags that take a value but stand for no setting, see {@link translateOne}. */
const special = new Set([
  "content_video",
  "content_image",
  "output_video",
  "output_image",
  "gpu",
  "temp_dir",
  "update_interval",
]);

/** Flags that take a value and have no effect here. */
const ignored = new Set([
  ..."dream_weight l2_weight init optimizer lbfgs_num_correction print_iter print_octave_iter".split(" "),
  ..."save_iter save_octave_iter output_start_num octave_mode channel_mode channel_capture".split(" "),
  ..."layer_sigma sigma fft_block zoom zoom_mode leading_zeros tile_size overlap_percent".split(" "),
  ..."print_tile print_tile_iter image_capture_size frame_duration original_colors pooling".split(" "),
  ..."model_type model_mean label_file backend random_transforms adjust_contrast classify".split(" "),
  ..."multidevice_strategy norm_percent abs_percent mean_percent percent_mode".split(" "),
]);

/** Switches that have no effect here. */
const ignoredSwitches = new Set([
  ..."normalize_weights use_fft disable_roll create_gif disable_check cudnn_autotune clamp".split(" "),
  ..."print_layers print_channels".split(" "),
]);

const isSwitch = (name: string) =>
  ignoredSwitches.has(name) || name === "keep_temp" || name === "verbose" ||
  meant.get(name)?.some(({ setting }) => setting.kind === "boolean");
const takesValue = (name: string) => meant.has(name) || special.has(name) || ignored.has(name);

/** All names that are understood, without the dash. */
const known = [...meant.keys(), ...special, ...ignored, ...ignoredSwitches, "keep_temp", "verbose"];

/**
 * Translates a command line. Arguments that are not single-dash flags are passed on unchanged.
 *
 * @throws {ReverieError} for an unknown single-dash flag, a missing value or a value that cannot be used
 */
export function translateAliases(args: readonly string[]): Translated {
  const result: Translated = { args: [], notes: [] };
  const unused: string[] = [];
  let keep = false, folder: string | undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--") {
      result.args.push(...args.slice(index));
      break;
    }
    const [, name, attached] = /^-([a-z]\w*)(?:=(.*))?$/si.exec(arg) ?? [];
    if (name === undefined || arg === "-h") {
      result.args.push(arg);
      // The value of one of our own flags may begin with a dash, as in `--seed -1`; it is passed on unread.
      continue;
    }
    if (isSwitch(name)) {
      if (name === "keep_temp") keep = true;
      else if (name === "verbose") result.args.push("--verbose");
      else if (ignoredSwitches.has(name)) unused.push(`-${name}`);
      else translateSetting(name, "true", result);
      continue;
    }
    if (!takesValue(name)) throw unknownAlias(arg, name);
    const value = attached ?? args[++index];
    if (value === undefined) throw wrongUsage(`-${name} needs a value`);
    if (name === "temp_dir") folder = value;
    else if (ignored.has(name)) unused.push(`-${name}`);
    else if (special.has(name)) translateOne(name, value, result);
    else translateSetting(name, value, result);
  }
  if (keep) result.args.push(`--dump=${folder ?? "temp"}`);
  else if (folder !== undefined) unused.push("-temp_dir (without -keep_temp)");
  if (unused.length > 0) result.notes.push(`no effect yet: ${unused.join(", ")}`);
  return result;
}

function unknownAlias(arg: string, name: string): ReverieError {
  const near = nearest(name, known);
  const suggestion = near ? `did you mean -${near}?` : "--help lists those there are";
  return wrongUsage(`there is no flag ${arg.split("=")[0]}; ${suggestion}`);
}

/** Adds the flag of the setting, or of several settings if the alias stands for several. */
function translateSetting(name: string, text: string, { args, notes }: Translated): void {
  for (const { setting } of meant.get(name)!) {
    const value = setting.aliases![name]!(text, (line) => notes.push(line));
    if (value !== undefined) args.push(`${flagName(setting.name)}=${value}`);
  }
}

function translateOne(name: string, value: string, result: Translated): void {
  switch (name) {
    case "content_video":
    case "content_image":
      result.input = value;
      break;
    case "output_video":
    case "output_image":
      result.output = value;
      break;
    case "gpu":
      result.args.push(...providers(value));
      break;
    case "update_interval":
      // Nothing to do: the output is written as the frames are dreamed.
      break;
  }
}

/** `c` is the CPU. One or more numbers mean CUDA, here with the CPU as fallback. */
function providers(gpu: string): string[] {
  if (gpu === "c") return ["--provider=cpu"];
  return gpu === "mps" ? [] : ["--provider=cuda,cpu"];
}
