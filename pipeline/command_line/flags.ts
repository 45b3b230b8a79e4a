/**
 * Flags of the command line: `--image-size 512`, `--image-size=512`, `--independent`, `--no-independent`. Those of a
 * dream's settings are made from the schema, so that a setting is written down in one place only.
 */
import { checkValue, settingList, type SomeParameters } from "../settings/parameters.ts";
import { kinds } from "../settings/kinds.ts";
import type { Setting } from "../settings/setting.ts";
import { invalidParameter, type ReverieError, wrongUsage } from "../../models/errors.ts";
import { line } from "../../models/line.ts";

/** A flag that a command takes. */
export interface Flag {
  /** Without the dashes, in kebab-case. */
  name: string;
  /** What stands for its value in the help; a flag without one is a switch. */
  placeholder?: string;
  /** Whether `--no-NAME` turns the switch off. */
  negatable?: boolean;
  /** One line of help. */
  description: string;
  /** The setting that it gives, whose range and default the help tells. */
  setting?: Setting;
}

/** A command line, taken apart. */
export interface ParsedFlags {
  /** By flag name; a switch is true or false. The last one given counts. */
  values: Map<string, string | boolean>;
  positionals: string[];
}

/** `imageSize` as `image-size`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flag of a setting as the user types it, for messages. */
export function flagName(setting: string): string {
  return `--${kebabCase(setting)}`;
}

/**
 * Takes a command line apart. What follows `--` is never a flag. Throws a ReverieError for a flag that is not known,
 * with the nearest that is, for a missing value and for one too many.
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const values: ParsedFlags["values"] = new Map();
  const positionals: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--") {
      positionals.push(...args.slice(index + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      positionals.push(arg);
      continue;
    }
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(arg === "-h" ? "--help" : arg) ?? [];
    const flag = byName.get(name ?? "") ?? negatedFlag(name, byName);
    if (!flag) throw unknownFlag(arg, flags);
    if (flag.placeholder === undefined) values.set(flag.name, switchValue(arg, value, flag.name === name));
    else values.set(flag.name, value ?? requiredValue(arg, args[++index], flag));
  }
  return { values, positionals };
}

function negatedFlag(name: string | undefined, byName: Map<string, Flag>): Flag | undefined {
  const flag = name?.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
  return flag?.negatable ? flag : undefined;
}

function switchValue(arg: string, value: string | undefined, on: boolean): boolean {
  if (value === undefined || value === "true") return on;
  if (value === "false") return !on;
  throw wrongUsage(`${arg.split("=")[0]} takes no value but true or false, not "${value}"`);
}

function requiredValue(arg: string, value: string | undefined, flag: Flag): string {
  if (value === undefined || (/^--?[a-z]/i.test(value))) {
    throw wrongUsage(`${arg} needs a value: ${arg} ${flag.placeholder}`);
  }
  return value;
}

function unknownFlag(arg: string, flags: readonly Flag[]): ReverieError {
  const typed = arg.split("=")[0]!;
  const names = flags.flatMap(({ name, negatable }) => negatable ? [name, `no-${name}`] : [name]);
  const near = nearest(kebabCase(typed.replace(/^-+/, "").replaceAll("_", "-")), names);
  return wrongUsage(
    `there is no flag ${typed}; ${near ? `did you mean --${near}?` : "--help lists those there are"}`,
  );
}

/** The word most like the one typed, or undefined where none is close: one wrong letter in three at most. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const distance = editDistance(typed, word);
    if (distance <= Math.max(1, word.length / 3) && distance < (best?.distance ?? Infinity)) {
      best = { word, distance };
    }
  }
  return best?.word;
}

/** Letters to insert, drop, change or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? rows[i - 2]![j - 2]! + 1
        : Infinity;
      row.push(Math.min(change, swap, rows[i - 1]![j]! + 1, row[j - 1]! + 1));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The flag of each setting, in the order of help. */
export const settingFlags: readonly Flag[] = settingList.map(settingFlag);

function settingFlag(setting: Setting): Flag {
  const flag = { name: kebabCase(setting.name), description: setting.help, setting };
  if (setting.kind === "boolean") return { ...flag, negatable: true };
  return { ...flag, placeholder: kinds[setting.kind].placeholder(setting) };
}

/** The settings among the flags, checked. Throws a ReverieError that names the first flag whose value is not usable. */
export function settingsOf(values: ParsedFlags["values"]): SomeParameters {
  const given: Record<string, unknown> = {};
  for (const setting of settingList) {
    const value = values.get(kebabCase(setting.name));
    if (value === undefined) continue;
    const checked = checkValue(setting, value);
    if (checked.problem !== undefined) {
      throw invalidParameter(setting.name, line`${{ field: setting.name }} ${checked.problem}`);
    }
    given[setting.name] = checked.value;
  }
  return given;
}
