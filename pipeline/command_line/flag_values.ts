import { invalidParameter, wrongUsage } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { parseNumber } from "../settings/parse_number.ts";
import { parseBytes, parseDuration, parseTime, parseWhole } from "../settings/units.ts";
import type { ParsedFlags } from "./flags.ts";

/** The available providers. The engine has the same list, but loading it to read a flag takes a second. */
const providerNames = ["cuda", "webgpu", "cpu"];

/**
 * The flags that were given, read by the kind of their values. All methods return undefined for a flag that
 * was not given.
 *
 * @throws {ReverieError} from every method if the value is not of its kind; the error names the flag
 */
export class FlagValues {
  readonly #values: ReadonlyMap<string, string | boolean>;

  constructor({ values }: Pick<ParsedFlags, "values">) {
    this.#values = values;
  }

  /** Whether a switch is on. */
  isOn(name: string): boolean {
    return this.#values.get(name) === true;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === "string" ? value : undefined;
  }

  /** Words between commas. */
  words(name: string): string[] | undefined {
    return this.text(name)?.split(",").map((word) => word.trim()).filter((word) => word !== "");
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    const choice = choices.find((choice) => choice === text);
    if (text === undefined || choice !== undefined) return choice;
    throw invalidParameter(name, line`${{ field: name }} must be ${choices.join(" or ")}, not "${text}"`);
  }

  whole(name: string, least: number, most?: number): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseWhole(text, name, least, most);
  }

  /** A number above 0. */
  above(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = parseNumber(text);
    if (number !== undefined && number > 0) return number;
    throw invalidParameter(name, line`${{ field: name }} must be a number above 0, not "${text}"`);
  }

  bytes(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseBytes(text, name);
  }

  /** A time in seconds. */
  time(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseTime(text, name);
  }

  /** A time above 0, in seconds. */
  duration(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : parseDuration(text, name);
  }

  folder(name: string): string | undefined {
    const text = this.text(name);
    if (text === "") throw wrongUsage(`--${name} needs the name of a folder`);
    return text;
  }

  /** The value of `--provider`; undefined also stands for the automatic choice. */
  providers(): string[] | undefined {
    const text = this.text("provider");
    if (text === undefined || text === "auto") return undefined;
    const names = this.words("provider")!;
    const unknown = names.find((name) => !providerNames.includes(name));
    if (unknown === undefined && names.length > 0) return names;
    throw wrongUsage(`--provider must list some of ${providerNames.join(", ")}, or be auto, not "${text}"`);
  }
}
