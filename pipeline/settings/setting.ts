/** A setting: one declaration that holds everything about it. */
import { z } from "zod";
import { type KindName, kinds, type Limits } from "./kinds.ts";

/** The facts about a setting that its schema, which holds range and default, does not cover. */
export interface Facts {
  /** One line of help, for the command line, the API and the page; in lower case, code between backticks. */
  help: string;
  /** Its name in forms. Default: the setting's own name in words: `octaveScale` becomes "Octave scale". */
  label?: string;
  /** What a number counts, in the plural: `pixels`. */
  unit?: string;
  /** How it is written as text, if the schema does not determine this. */
  kind?: KindName;
  /** Its rank among the most commonly used settings, from 1; absent for all others. */
  common?: number;
  /** The part of a number's range that a slider covers, by default all of it; false for no slider. */
  slider?: Slider | false;
  /** Whether any value is as good as another, so that a form offers a random one. */
  drawn?: boolean;
  /** Suggestions that a form offers besides free text. */
  suggested?: "networks" | "layers";
  /** Whether it may change between frames while a dream runs; all others are fixed for the whole dream. */
  live?: boolean;
  /** What changing it affects: `graphs` are rebuilt, which takes a moment; the `time` per frame changes. */
  costs?: readonly ("graphs" | "time")[];
  /** What must be checked before a dream uses a value: the network's layers, or the flow estimator. */
  lookup?: "layers" | "flow";
  /** Single-dash flags of deepdream-video-pytorch that stand for it. */
  aliases?: Readonly<Record<string, Alias>>;
  /** The values allowed over HTTP, where files of the server cannot be named, and their help. */
  remote?: { names: readonly string[]; help: string };
}

/** What a number's slider covers. */
export interface Slider {
  low: number;
  high: number;
  step: number;
}

/**
 * Translates the value of another program's flag to text for our setting; undefined sets nothing. `note`
 * tells the user what differs from the request.
 */
export type Alias = (text: string, note: (line: string) => void) => string | undefined;

/** An alias whose values mean the same here. */
export const same: Alias = (text) => text;

/** An alias with one value that asks for what Reverie does anyway. */
export function exceptFor(usual: string): Alias {
  return (text) => text === usual ? undefined : text;
}

/** A complete setting. */
export interface Setting<Schema extends z.ZodType = z.ZodType> extends Omit<Facts, "slider">, Limits {
  name: string;
  /** Checks a value; without one, returns the default. */
  schema: Schema;
  /** The same schema for values that come over HTTP. */
  remoteSchema: Schema;
  kind: KindName;
  label: string;
  /** Title of the group it belongs to. */
  group: string;
  /** Absent if the help describes the default. */
  default?: string | number | boolean | undefined;
  /** The allowed values in words: `a whole number from 64 to 4096`. */
  allowed: string;
  slider?: Slider | undefined;
}

/** Made by {@link setting}, completed by {@link group}. */
export type Ungrouped<Schema extends z.ZodType> =
  & Omit<Setting<Schema>, "name" | "label" | "group">
  & Pick<Facts, "label">;

/**
 * Makes a setting from a zod schema, which holds its range and a default (or is optional), and further facts.
 */
export function setting<Schema extends z.ZodType>(schema: Schema, facts: Facts): Ungrouped<Schema> {
  const json = z.toJSONSchema(schema, { io: "input" }) as PropertySchema;
  const kind = facts.kind ?? kindOf(json);
  const limits = {
    choices: json.enum,
    minimum: json.minimum,
    above: json.exclusiveMinimum,
    maximum: json.maximum,
  };
  const described = schema.describe(facts.unit ? `${facts.help} [${facts.unit}]` : facts.help);
  return {
    ...facts,
    ...limits,
    kind,
    schema: described,
    remoteSchema: facts.remote ? oneOf(facts.remote, json.default) as unknown as Schema : described,
    default: json.default,
    allowed: kinds[kind].allowed(limits),
    slider: facts.slider === false ? undefined : facts.slider ?? wholeRange(kind, limits),
  };
}

/** Puts settings under a heading of help and forms. */
export function group<Schemas extends Record<string, z.ZodType>>(
  title: string,
  settings: { [Name in keyof Schemas]: Ungrouped<Schemas[Name]> },
): { [Name in keyof Schemas]: Setting<Schemas[Name]> } {
  const complete = ([name, one]: [string, Ungrouped<z.ZodType>]) =>
    [name, { ...one, name, label: one.label ?? inWords(name), group: title }] as const;
  return Object.fromEntries(Object.entries<Ungrouped<z.ZodType>>(settings).map(complete)) as {
    [Name in keyof Schemas]: Setting<Schemas[Name]>;
  };
}

/** The part of JSON Schema that the settings use. */
interface PropertySchema {
  type?: string;
  enum?: string[];
  items?: PropertySchema;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  default?: string | number | boolean;
}

function kindOf({ type, enum: choices, items }: PropertySchema): KindName {
  if (choices) return "choice";
  switch (type) {
    case "boolean":
    case "integer":
    case "number":
      return type;
    case "string":
      return "text";
    case "array":
      return items?.type === "integer" ? "integers" : "texts";
    default:
      throw new TypeError("a setting with such a schema has to name its kind");
  }
}

function oneOf(
  { names, help }: NonNullable<Facts["remote"]>,
  standard: PropertySchema["default"],
): z.ZodType {
  const error = `must be the name of a network that the server knows: ${names.join(", ")}`;
  const known = z.enum(names, { error });
  return (standard === undefined ? known.optional() : known.default(String(standard))).describe(help);
}

function wholeRange(kind: KindName, { minimum, above, maximum }: Limits): Slider | undefined {
  const low = minimum ?? above;
  if (low === undefined || maximum === undefined) return undefined;
  return { low, high: maximum, step: kind === "integer" ? 1 : (maximum - low) / 100 };
}

/** `channelOrder` as "Channel order". */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
