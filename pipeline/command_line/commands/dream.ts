import { wrongUsage } from "../../../models/errors.ts";
import { isSameFile } from "../../output/same_file.ts";
import { readPreset, writePreset } from "../../settings/preset_file.ts";
import type { SomeParameters } from "../../settings/parameters.ts";
import { settings, settle, type Wish } from "../../settings/settle.ts";
import type { DreamJob } from "../../run/dream_video.ts";
import { jsonReporter, type Reporter, textReporter } from "../../terminal/reporter.ts";
import { translateAliases } from "../aliases.ts";
import { channelsByLabel, labelsOf } from "../channel_labels.ts";
import {
  type Command,
  type CommandScreen,
  type FlagGroup,
  flagsOf,
  help,
  provider,
  type RunnableCommand,
  verbose,
} from "../command.ts";
import { FlagValues } from "../flag_values.ts";
import { type Flag, parseFlags } from "../flags.ts";
import { interruptible } from "../interruptible.ts";
import { program } from "../program.ts";
import { settingFlags, settingsOf } from "../setting_flags.ts";

const runFlags: readonly Flag[] = [
  {
    name: "preset",
    placeholder: "NAME",
    description:
      "a choice of settings, see below, or a file of yours (.json); those given besides go over it",
  },
  {
    name: "save-preset",
    placeholder: "FILE",
    description: "also write the settings of this dream to a new file (.json), for --preset",
  },
  {
    name: "like",
    placeholder: "RESULT",
    description: "take the settings of a dream from its result; those given besides go over them",
  },
  {
    name: "hls",
    placeholder: "DIR",
    description: "also write progressive HLS there (index.m3u8), to be watched while it grows",
  },
  { name: "from", placeholder: "T", description: "where to begin in the source: seconds or h:mm:ss" },
  { name: "duration", placeholder: "T", description: "how much of the source to dream: seconds or h:mm:ss" },
  {
    name: "dump",
    placeholder: "DIR",
    description: "keep what the stages made: flow pictures, masks, blended inputs, dreams",
  },
  {
    name: "keep-passes",
    placeholder: "N",
    description:
      "for a picture: also save it after every so many passes, as NAME_1.png beside the output NAME.png",
  },
  {
    name: "keep-steps",
    placeholder: "N",
    description:
      "for a picture: also save it after so many steps of each octave, as NAME_PASS_OCTAVE_STEP.png",
  },
  { name: "first-number", placeholder: "N", description: "number of the first pass in names (default: 1)" },
  {
    name: "digits",
    placeholder: "N",
    description: "digits of those numbers; the last pass then has one, too (default: as many as needed)",
  },
  { name: "keep-gif", description: "for a picture: also make a GIF of its passes beside the output" },
  { name: "print-passes", placeholder: "N", description: "print the loss after every so many passes" },
  {
    name: "print-steps",
    placeholder: "N",
    description: "print the loss after every so many steps of an octave",
  },
  {
    name: "label-file",
    placeholder: "FILE",
    description: "labels of the network's classes, one a line, by which --channels may name channels, too",
  },
  {
    name: "classify",
    placeholder: "N",
    description:
      "print what the network takes each dream for: its likeliest classes, by number or --label-file",
  },
  { name: "print-channels", description: "print which channels of the layers grow" },
  { name: "print-layers", description: "print the layers of the network, and end" },
  provider,
  { name: "json", description: "print one JSON object per line: start, frame, done, error" },
  verbose,
  help,
];

/** The settings' flags by group. */
const settingGroups: readonly FlagGroup[] = Map.groupBy(settingFlags, ({ setting }) => setting!.group)
  .entries().map(([title, flags]) => ({ title, flags })).toArray();

const description: Command = {
  name: "dream",
  usage: "INPUT OUTPUT [--preset NAME] [flags]",
  summary: "dream a video or a picture",
  groups: [{ title: "Run", flags: runFlags }, ...settingGroups],
  notes: [
    "INPUT is a video or a picture; OUTPUT is of the same kind: .mp4, .mkv, .webm, .gif, .png or .jpg.",
    "The single-dash flags of deepdream-video-pytorch (-content_video, -num_iterations, …) are understood, too.",
  ],
};

/** The command `dream`. */
export const dream: RunnableCommand = { ...description, run };

async function run(args: readonly string[], screen: CommandScreen): Promise<number> {
  const listed = networkToList(args);
  if (listed !== undefined) return await printLayers(listed, screen);
  const { options, json, notes, savePreset, printed, ...request } = parseDream(args);
  const wish = await completeWish(request);
  const expected = settings(wish);
  await refuseSameFile(options.input, options.output);
  const reporter: Reporter = json ? jsonReporter(screen) : textReporter(screen);
  for (const note of notes) reporter.warning(note);
  const { dreamVideo } = await import("../../run/dream_video.ts");
  try {
    await interruptible(screen, async (signal) => {
      const { download: onProgress, warning: onWarning } = reporter;
      const later = async () => {
        const { parameters, notes } = await settle(wish, { onProgress, signal });
        for (const note of notes) onWarning(note);
        return parameters;
      };
      const parameters = { expected, settle: later };
      const { step: onStep } = reporter;
      const inspected = inspection(printed, reporter);
      const events = dreamVideo({ ...options, ...inspected, parameters, signal, onWarning, onStep });
      for await (const event of events) {
        if (event.event === "start" && savePreset !== undefined) await writePreset(savePreset, event);
        reporter.event(event);
      }
    });
  } finally {
    reporter.close();
  }
  return 0;
}

/** Prints channels, unless they are those of the frame before, and classes. */
function inspection(
  { channels, classes }: DreamCommandLine["printed"],
  { inspection: print }: Reporter,
): Pick<DreamJob, "onChannels" | "classify"> {
  let last = "";
  const onChannels = (lines: string[]) => {
    if (last === (last = lines.join())) return;
    print("channels", lines);
  };
  const onClasses = (numbers: number[]) =>
    print("classes", numbers.map((number) => classes?.labels[number]?.trim() || String(number)));
  return {
    ...(channels && { onChannels }),
    ...(classes && { classify: { count: classes.count, onClasses } }),
  };
}

/** The network whose layers are asked for instead of a dream. */
function networkToList(args: readonly string[]): string | undefined {
  const { values } = parseFlags(translateAliases(args).args, flagsOf(description));
  const flags = new FlagValues({ values });
  if (!flags.isOn("print-layers") || flags.isOn("help")) return undefined;
  const model = flags.text("model"), preset = flags.text("preset");
  return settings({ preset, given: model === undefined ? {} : { model } }).model;
}

async function printLayers(network: string, screen: CommandScreen): Promise<number> {
  const { describeNetwork } = await import("../../../models/listing.ts");
  const { networkText } = await import("../../terminal/models_text.ts");
  screen.print(networkText(await describeNetwork(network)));
  return 0;
}

/** Reads the files that the wish names: a preset of the user's own, and a result to dream like. */
async function completeWish({ wish, like }: Pick<DreamCommandLine, "wish" | "like">): Promise<Wish> {
  const { preset, given } = wish;
  const ownPreset = preset?.endsWith(".json") ? await readPreset(preset) : undefined;
  const liked = like === undefined ? {} : await settingsLike(like);
  return { preset, ownPreset, given: { ...liked, ...given } };
}

async function settingsLike(result: string): Promise<SomeParameters> {
  const { settingsOfResult } = await import("../../run/result_settings.ts");
  return await settingsOfResult(result);
}

/** The options of `dream`, without its settings. */
export type DreamOptions = Pick<
  DreamJob,
  "input" | "output" | "providers" | "from" | "duration" | "hls" | "dump" | "series" | "reportSteps"
>;

/** The parsed command line of `dream`. */
export interface DreamCommandLine {
  options: DreamOptions;
  /** The requested settings, checked. */
  wish: Wish;
  /** The result whose settings are taken. */
  like?: string | undefined;
  /** Where to write the settings as a preset. */
  savePreset?: string | undefined;
  json: boolean;
  /** What to print about each dream. */
  printed: { channels: boolean; classes?: { count: number; labels: readonly string[] } };
  /** Lines for the user about flags that were translated or have no effect. */
  notes: string[];
}

/**
 * Parses the command line of `dream`.
 *
 * @throws {ReverieError} naming what is wrong and what to do about it
 */
export function parseDream(args: readonly string[]): DreamCommandLine {
  const translated = translateAliases(args);
  const { values, positionals } = parseFlags(translated.args, flagsOf(description));
  const flags = new FlagValues({ values });
  const rest = [...positionals];
  const input = translated.input ?? rest.shift();
  const output = translated.output ?? rest.shift() ?? translated.usualOutput;
  if (input === undefined || output === undefined) {
    throw wrongUsage(
      `dream needs an ${input === undefined ? "INPUT and an OUTPUT" : "OUTPUT after the INPUT"}: ` +
        `${program} dream clip.mp4 dream.mp4`,
    );
  }
  if (rest.length > 0) {
    throw wrongUsage(`dream takes one INPUT and one OUTPUT; there is one more: "${rest[0]}"`);
  }
  const classes = flags.whole("classify", 0, 1_000_000) ?? 0;
  const labels = flags.text("label-file"), channels = flags.text("channels");
  if (labels !== undefined && channels !== undefined) {
    values.set("channels", channelsByLabel(channels, labels));
  }
  const wish = { preset: flags.text("preset"), given: settingsOf(values) };
  return {
    options: { input, output, ...runOptions(flags) },
    wish,
    like: flags.text("like"),
    savePreset: flags.text("save-preset"),
    json: flags.isOn("json"),
    printed: {
      channels: flags.isOn("print-channels"),
      ...(classes > 0 &&
        { classes: { count: classes, labels: labels === undefined ? [] : labelsOf(labels) } }),
    },
    notes: translated.notes,
  };
}

function runOptions(flags: FlagValues): Omit<DreamOptions, "input" | "output"> {
  const from = flags.time("from"), duration = flags.duration("duration");
  const hls = flags.folder("hls"), dump = flags.folder("dump");
  const providers = flags.providers();
  const most = 1_000_000;
  const series = {
    passes: flags.whole("keep-passes", 0, most),
    steps: flags.whole("keep-steps", 0, most),
    firstNumber: flags.whole("first-number", 0, most),
    digits: flags.whole("digits", 0, 20),
    gif: flags.isOn("keep-gif"),
  };
  const reportSteps = {
    everyPasses: flags.whole("print-passes", 0, most),
    everySteps: flags.whole("print-steps", 0, most),
  };
  const isGiven = (options: object) => Object.values(options).some(Boolean);
  return {
    ...(providers && { providers }),
    ...(from !== undefined && { from }),
    ...(duration !== undefined && { duration }),
    ...(hls !== undefined && { hls }),
    ...(dump !== undefined && { dump }),
    ...(isGiven(series) && { series }),
    ...(isGiven(reportSteps) && { reportSteps }),
  };
}

/**
 * Refuses to overwrite the source.
 *
 * @throws {ReverieError} if both paths are the same file
 */
export async function refuseSameFile(input: string, output: string): Promise<void> {
  const same = input === output || await isSameFile(input, output);
  if (same) throw wrongUsage(`${output} is the source itself: give the result another name`);
}
