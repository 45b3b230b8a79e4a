/**
 * The single-dash flags of deepdream-video-pytorch, so that scripts written for it keep working. Flags with a
 * counterpart are translated; the rest are accepted and named in a warning. Defaults are Reverie's own.
 */
import { nearest } from "../settings/nearest.ts";
import { flagName } from "./flags.ts";
import { checkTheirValue, theirFlagNamed, theirFlags } from "./their_flags.ts";
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
  /** Their name for the output, for a command line that gives none. */
  usualOutput?: string;
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

/**
 * What a flag brings along, unless other flags say otherwise: their optimisers climb the plain gradient, and in their
 * advanced mode a scale that is meant for the normal one makes octaves much larger than the picture.
 */
const implied: Readonly<Record<string, (value: string) => readonly string[]>> = {
  optimizer: () => ["--learning-rate=1.5", "--smoothing=none", "--colour=1"],
  model_type: (type) => modelTypes[type] ?? [],
  octave_mode: (mode) => mode === "advanced" ? ["--octaves=2", "--octave-scale=0.6"] : [],
};

/** The inputs of neural-dream's kinds of networks. Its pixels of Caffe end at 256, ours at 255. */
const modelTypes: Readonly<Record<string, readonly string[]>> = {
  caffe: ["--mean=123.68,116.779,103.939", "--scale=255", "--channel-order=bgr"],
  pytorch: ["--mean=0.485,0.456,0.406", "--scale=1", "--channel-order=rgb"],
  keras: ["--mean=0.5", "--scale=2", "--channel-order=rgb"],
};

/** Flags of the run, not of the dream, that have another name here. */
const runFlags: Readonly<Record<string, string>> = {
  verbose: "--verbose",
  print_layers: "--print-layers",
  label_file: "--label-file",
  save_iter: "--keep-passes",
  save_octave_iter: "--keep-steps",
  output_start_num: "--first-number",
  leading_zeros: "--digits",
  create_gif: "--keep-gif",
  print_iter: "--print-passes",
  print_octave_iter: "--print-steps",
  print_channels: "--print-channels",
  classify: "--classify",
};

/** A flag as it was given, and its value; a switch has "true" or "false". */
interface Given {
  name: string;
  value: string;
}

/**
 * Translates a command line. Arguments that are not single-dash flags are passed on unchanged.
 *
 * @throws {ReverieError} for an unknown single-dash flag, a missing value or a value that cannot be used
 */
export function translateAliases(args: readonly string[]): Translated {
  const result: Translated = { args: [], notes: [] };
  const unused: string[] = [], given = new Map<string, string>();
  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg === "--") {
      result.args.push(arg, ...rest.splice(0));
      break;
    }
    const theirs = theirFlag(arg, rest);
    // The value of one of our own flags may begin with a dash, as in `--seed -1`; it is passed on unread.
    if (!theirs) result.args.push(arg);
    else {
      given.set(theirs.name, theirs.value);
      translateOne(theirs, result, unused);
    }
  }
  const folder = given.get("temp_dir");
  if (given.get("keep_temp") === "true") result.args.push(`--dump=${folder ?? "temp"}`);
  else if (folder !== undefined && folder !== "temp") unused.push("-temp_dir (without -keep_temp)");
  result.args.unshift(...[...given].flatMap(([name, value]) => implied[name]?.(value) ?? []));
  if (unused.length > 0) result.notes.push(`no effect yet: ${[...new Set(unused)].join(", ")}`);
  return withTheirOutput(result, given);
}

/** Reads a flag of theirs and takes its value from the rest; undefined for any other argument. */
function theirFlag(arg: string, rest: string[]): Given | undefined {
  const [, typed, attached] = /^-([a-z]\w*)(?:=(.*))?$/si.exec(arg) ?? [];
  if (typed === undefined || arg === "-h") return undefined;
  const name = theirFlagNamed(typed);
  if (name === undefined) throw unknownAlias(arg, typed);
  if (theirFlags[name]!.values === "switch") {
    const isWord = (text = "") => /^(true|false)$/i.test(text);
    const word = attached ?? (isWord(rest[0]) ? rest.shift() : "true");
    if (!isWord(word)) throw wrongUsage(`-${name} takes no value but True or False, not "${word}"`);
    return { name, value: word!.toLowerCase() };
  }
  const value = attached ?? rest.shift();
  if (value === undefined) throw wrongUsage(`-${name} needs a value`);
  checkTheirValue(name, value);
  return { name, value };
}

function translateOne({ name, value }: Given, result: Translated, unused: string[]): void {
  const flag = runFlags[name];
  const { values, usual = values === "switch" ? "false" : undefined, always } = theirFlags[name]!;
  if (meant.has(name)) return translateSetting(name, value, result);
  if (value === usual) return;
  if (always !== undefined) {
    const note = `-${name} ${always}`;
    if (!result.notes.includes(note)) result.notes.push(note);
    return;
  }
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
      result.args.push(...providers(value, result));
      break;
    case "model_type":
    case "keep_temp":
    case "temp_dir":
      break;
    default:
      if (flag === undefined) unused.push(`-${name}`);
      else result.args.push(values === "switch" ? flag : `${flag}=${value}`);
  }
}

/** Their output has a name even if none is given. It replaces a file under the same conditions as any other. */
function withTheirOutput(result: Translated, given: ReadonlyMap<string, string>): Translated {
  if (result.output !== undefined) return result;
  const name = given.has("content_video") ? "output.mp4" : given.has("content_image") ? "out.png" : undefined;
  return name === undefined ? result : { ...result, usualOutput: name };
}

function unknownAlias(arg: string, name: string): ReverieError {
  const near = nearest(name, Object.keys(theirFlags));
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

/** `c` is the CPU, `mps` Metal. One or more numbers mean CUDA. Both have the CPU as fallback. */
function providers(gpu: string, { notes }: Translated): string[] {
  if (/^c$/i.test(gpu)) return ["--provider=cpu"];
  if (gpu === "mps") {
    notes.push("-gpu mps: Metal is used by way of WebGPU where there is one, else the processor");
    return ["--provider=webgpu,cpu"];
  }
  if (gpu.includes(",")) {
    notes.push(`-gpu ${gpu}: the first of them dreams; one device holds the whole network`);
  }
  return ["--provider=cuda,cpu"];
}
