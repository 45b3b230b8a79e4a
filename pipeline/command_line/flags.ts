/** Flags of the command line: `--image-size 512`, `--image-size=512`, `--independent`, `--no-independent`. */
import { parseArgs } from "node:util";
import { type ReverieError, wrongUsage } from "../../models/errors.ts";
import { nearest } from "../settings/nearest.ts";
import type { Setting } from "../settings/setting.ts";

/** A flag that a command takes. */
export interface Flag {
  /** Without the dashes, in kebab-case. */
  name: string;
  /** Placeholder for its value in the help; a flag without one is a switch. */
  placeholder?: string;
  /** Whether `--no-NAME` turns the switch off. */
  negatable?: boolean;
  /** One line of help. */
  description: string;
  /** The setting that it sets; the help shows the setting's range and default. */
  setting?: Setting;
}

/** A parsed command line. */
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
 * Parses a command line. Nothing after `--` is a flag.
 *
 * @throws {ReverieError} for an unknown flag (with the nearest known one), a missing value, or a value that a
 *   switch does not take
 */
export function parseFlags(args: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(flags.map((flag) => [flag.name, optionOf(flag)])),
    // In strict mode it would throw errors in its own words.
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

/** The part of a `parseArgs` token that describes a flag. */
interface FlagToken {
  /** As it was typed, without its value. */
  rawName: string;
  value: string | undefined;
  /** Whether the value follows an equals sign. */
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
  if (/^[^=]+\.\w+$/.test(arg)) {
    return wrongUsage(`there is no flag ${typed}; for a file of that name give ./${arg}`);
  }
  const names = flags.flatMap(({ name, negatable }) => negatable ? [name, `no-${name}`] : [name]);
  const near = nearest(kebabCase(typed.replace(/^-+/, "").replaceAll("_", "-")), names);
  return wrongUsage(
    `there is no flag ${typed}; ${near ? `did you mean --${near}?` : "--help lists those there are"}`,
  );
}
