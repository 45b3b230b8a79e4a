/** Flags of the command line: `--image-size 512`, `--image-size=512`, `--independent`, `--no-independent`. */
import { parseArgs } from "node:util";
import { type ReverieError, wrongUsage } from "../../models/errors.ts";
import { nearest } from "../settings/nearest.ts";
import type { Setting } from "../settings/setting.ts";

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
 * Takes a command line apart. What follows `--` is never a flag.
 *
 * @throws {ReverieError} for a flag that is not known, with the nearest that is, for a missing value and for one too many
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(flags.map((flag) => [flag.name, optionOf(flag)])),
    // Otherwise it refuses in words of its own.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: ParsedFlags["values"] = new Map();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const arg = args[token.index]!;
    const flag = byName.get(token.name) ?? negatedFlag(token.name, byName);
    if (!flag || token.name.length === 1) throw unknownFlag(arg, flags);
    const isOn = flag.name === token.name;
    values.set(flag.name, flag.placeholder === undefined ? switchValue(token, isOn) : textValue(token, flag));
  }
  return { values, positionals };
}

/** The part of a token of `parseArgs` that tells of a flag. */
interface FlagToken {
  /** As it was typed, without its value. */
  rawName: string;
  value: string | undefined;
  /** Whether the value stands behind an equals sign. */
  inlineValue: boolean | undefined;
}

function optionOf({ name, placeholder }: Flag) {
  const type = placeholder === undefined ? "boolean" as const : "string" as const;
  return name === "help" ? { type, short: "h" } : { type };
}

function negatedFlag(name: string, byName: Map<string, Flag>): Flag | undefined {
  const flag = name.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
  return flag?.negatable ? flag : undefined;
}

function switchValue({ rawName, value }: FlagToken, isOn: boolean): boolean {
  if (value === undefined || value === "true") return isOn;
  if (value === "false") return !isOn;
  throw wrongUsage(`${rawName} takes no value but true or false, not "${value}"`);
}

function textValue({ rawName, value, inlineValue }: FlagToken, { placeholder }: Flag): string {
  if (value === undefined || !inlineValue && /^--?[a-z]/i.test(value)) {
    throw wrongUsage(`${rawName} needs a value: ${rawName} ${placeholder}`);
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
