import { translateAliases } from "./aliases.ts";
import type { DreamJob } from "../run/dream_video.ts";
import { type ParsedFlags, parseFlags, settingsOf } from "./flags.ts";
import type { Parameters } from "../settings/parameters.ts";
import { settings, type Wish } from "../settings/settle.ts";
import { commands, flagsOf } from "./commands.ts";
import { program } from "./help.ts";
import { parseTime } from "../settings/units.ts";
import { wrongUsage } from "../../models/errors.ts";

/** What `dream` was asked to do. */
export type DreamOptions = Pick<
  DreamJob,
  "input" | "output" | "providers" | "from" | "duration" | "hls" | "dump"
>;

/** The command line of `dream`, understood. */
export interface DreamCommandLine {
  options: DreamOptions;
  /** The settings asked for; all of them are usable. */
  wish: Wish;
  /** What they come to with the networks that are here. */
  expected: Parameters;
  json: boolean;
  /** Lines for the user about flags that were translated or have no effect. */
  notes: string[];
}

/** Understands the command line of `dream`. Throws a ReverieError that names what is wrong and what to do. */
export function parseDream(args: readonly string[]): DreamCommandLine {
  const translated = translateAliases(args);
  const { values, positionals } = parseFlags(translated.args, flagsOf(commands.dream));
  const rest = [...positionals];
  const input = translated.input ?? rest.shift();
  const output = translated.output ?? rest.shift();
  if (input === undefined || output === undefined) {
    throw wrongUsage(
      `dream needs an ${input === undefined ? "INPUT and an OUTPUT" : "OUTPUT after the INPUT"}: ` +
        `${program} dream clip.mp4 dream.mp4`,
    );
  }
  if (rest.length > 0) {
    throw wrongUsage(`dream takes one INPUT and one OUTPUT; there is one more: "${rest[0]}"`);
  }
  const wish = { preset: text(values, "preset"), given: settingsOf(values) };
  return {
    options: { input, output, ...runOptions(values) },
    wish,
    expected: settings(wish),
    json: values.get("json") === true,
    notes: translated.notes,
  };
}

function runOptions(values: ParsedFlags["values"]): Omit<DreamOptions, "input" | "output"> {
  const from = time(values, "from"), duration = time(values, "duration");
  if (duration === 0) throw wrongUsage("--duration must be above 0");
  const hls = folder(values, "hls"), dump = folder(values, "dump");
  const providers = providerList(text(values, "provider"));
  return {
    ...(providers && { providers }),
    ...(from !== undefined && { from }),
    ...(duration !== undefined && { duration }),
    ...(hls !== undefined && { hls }),
    ...(dump !== undefined && { dump }),
  };
}

function text(values: ParsedFlags["values"], name: string): string | undefined {
  const value = values.get(name);
  return typeof value === "string" ? value : undefined;
}

function time(values: ParsedFlags["values"], name: string): number | undefined {
  const value = text(values, name);
  return value === undefined ? undefined : parseTime(value, name);
}

function folder(values: ParsedFlags["values"], name: string): string | undefined {
  const value = text(values, name);
  if (value === "") throw wrongUsage(`--${name} needs the name of a folder`);
  return value;
}

/** Providers that may be asked for; the engine has the same, but loading it to read a flag would take a second. */
const providerNames = ["cuda", "webgpu", "cpu"];

/** A list of execution providers; undefined stands for the automatic choice. */
export function providerList(list: string | undefined): string[] | undefined {
  if (list === undefined || list === "auto") return undefined;
  const names = list.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const unknown = names.find((name) => !providerNames.includes(name));
  if (unknown === undefined && names.length > 0) return names;
  throw wrongUsage(`--provider must list some of ${providerNames.join(", ")}, or be auto, not "${list}"`);
}

/** Refuses to write over the source. Throws a ReverieError where both paths are one file. */
export async function refuseSameFile(input: string, output: string): Promise<void> {
  const stat = (path: string) => Deno.stat(path).catch(() => undefined);
  const [source, target] = await Promise.all([stat(input), stat(output)]);
  const same = input === output ||
    (source?.ino != null && source.ino === target?.ino && source.dev === target.dev);
  if (same) throw wrongUsage(`${output} is the source itself: give the result another name`);
}
