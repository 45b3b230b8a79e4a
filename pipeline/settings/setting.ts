/** A setting: one paragraph that says all there is to say about it. */
import { z } from "zod";
import { type KindName, kinds, type Limits } from "./kinds.ts";

/** What a setting's paragraph says beside its schema, which holds range and default. */
export interface Facts {
  /** One line of help, for the command line, the API and the page; in lower case, code between backticks. */
  help: string;
  /** Its name in forms; by default the setting's own in words: `octaveScale` becomes "Octave scale". */
  label?: string;
  /** What a number counts, in the plural: `pixels`. */
  unit?: string;
  /** How it is written as text, where the schema does not tell. */
  kind?: KindName;
  /** Its place among the settings that are reached for first, from 1; absent for all others. */
  common?: number;
  /** The part of a number's range that is worth sliding through, all of it by default; false for no slider. */
  slider?: Slider | false;
  /** Whether any value is as good as another, so that a form offers to draw one. */
  drawn?: boolean;
  /** What a form offers to choose from, beside typing. */
  suggested?: "networks" | "layers";
  /** Whether it may change while a dream runs, from one frame to the next; all others hold for the whole of it. */
  live?: boolean;
  /** What another value costs: the dream's `graphs` are built anew, which takes a moment; a frame takes other `time`. */
  costs?: readonly ("graphs" | "time")[];
  /** What has to be looked at before a dream is made with a value: the network's layers, or what finds flow. */
  lookup?: "layers" | "flow";
  /** Single-dash flags of deepdream-video-pytorch that mean it. */
  aliases?: Readonly<Record<string, Alias>>;
  /** What it may be over HTTP, where no file of the server can be named: one of these names. */
  remote?: { names: readonly string[]; help: string };
}

/** What a number's slider covers. */
export interface Slider {
  low: number;
  high: number;
  step: number;
}

/**
 * The value of another program's flag as text of ours; undefined sets nothing. `note` tells the user what is other than
 * asked for.
 */
export type Alias = (text: string, note: (line: string) => void) => string | undefined;

/** An alias whose values mean the same here. */
export const same: Alias = (text) => text;

/** An alias of which one value asks for what is done here anyway. */
export function exceptFor(usual: string): Alias {
  return (text) => text === usual ? undefined : text;
}

/** A setting, complete. */
export interface Setting<Schema extends z.ZodType = z.ZodType> extends Omit<Facts, "slider">, Limits {
  name: string;
  /** Checks a value; where none is given, it gives the default. */
  schema: Schema;
  /** The same for values that come over HTTP. */
  remoteSchema: Schema;
  kind: KindName;
  label: string;
  /** Title of the group it belongs to. */
  group: string;
  /** Absent where the help says what is taken. */
  default?: string | number | boolean | undefined;
  /** What it may be, in words: `a whole number from 64 to 4096`. */
  allowed: string;
  slider?: Slider | undefined;
}

/** What {@link setting} makes, and {@link group} completes. */
export type Ungrouped<Schema extends z.ZodType> =
  & Omit<Setting<Schema>, "name" | "label" | "group">
  & Pick<Facts, "label">;

/** Makes a setting of a zod schema, which holds its range and its default or is optional, and the facts beside it. */
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

/** The part of JSON Schema that the settings make use of. */
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
