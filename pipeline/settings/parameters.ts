/** The settings of a dream as values: their types and their checks. */
import { z } from "zod";
import { settings } from "./all.ts";
import { kinds } from "./kinds.ts";
import type { Setting } from "./setting.ts";
import { invalidParameter, ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";

type Schemas = { [Name in keyof typeof settings]: (typeof settings)[Name]["schema"] };

/** Every setting, in the order of help and forms. */
export const settingList: readonly Setting[] = Object.values(settings);

/** All settings as one schema, which fills in the defaults. */
export const parametersSchema = z.strictObject(schemas(({ schema }) => schema));

/** The same schema for values that come over HTTP. */
export const remoteParametersSchema = z.strictObject(schemas(({ remoteSchema }) => remoteSchema));

/** All settings of a dream, complete and checked. */
export type Parameters = z.output<typeof parametersSchema>;

/** Some settings of a dream, checked. */
export type SomeParameters = Partial<Parameters>;

/** Name of one setting. */
export type ParameterName = keyof Parameters;

/** The defaults of all settings. */
export const defaults: Readonly<Parameters> = parametersSchema.parse({});

/** Names of the settings that satisfy a condition. */
export function parametersWith(holds: (setting: Setting) => boolean): ParameterName[] {
  return settingList.filter(holds).map(({ name }) => name as ParameterName);
}

/** The setting with this name, or undefined. */
export function settingNamed(name: string): Setting | undefined {
  return Object.hasOwn(settings, name) ? settings[name as ParameterName] : undefined;
}

/** Whether any of the given settings satisfies a condition. */
export function givesAny(some: SomeParameters, holds: (setting: Setting) => boolean): boolean {
  return parametersWith(holds).some((name) => some[name] !== undefined);
}

/**
 * Returns a value of a setting, checked; text is read according to the setting's kind. `schema` may be
 * stricter than that of the setting.
 *
 * @throws {ReverieError} naming the setting and what it may be
 */
export function checkedValue(setting: Setting, given: unknown, schema = setting.schema): unknown {
  const { read } = kinds[setting.kind];
  const { success, data, error } = schema.safeParse(typeof given === "string" ? read(given) : given);
  if (success) return data;
  const { message } = error.issues[0]!;
  // A message of our own schemas continues after the setting's name.
  const problem = message.startsWith("must ") ? message : `must be ${setting.allowed}, not ${shown(given)}`;
  throw invalidParameter(setting.name, line`${{ field: setting.name }} ${problem}`);
}

/**
 * Checks settings by name.
 *
 * @throws {ReverieError} naming the first setting that there is not, or that is wrong and what it may be
 */
export function checkedSettings(input: Readonly<Record<string, unknown>>): SomeParameters {
  const checked = (name: string, given: unknown) => {
    const setting = settingNamed(name);
    if (setting) return [name, checkedValue(setting, given)];
    throw new ReverieError(
      "invalid_parameter",
      line`there is no setting ${{ field: name }}; ${{ list: "settings" }} lists them`,
    );
  };
  return Object.fromEntries(Object.entries(input).map(([name, given]) => checked(name, given)));
}

/**
 * Checks settings and fills in the defaults.
 *
 * @throws {ReverieError} as {@link checkedSettings}
 */
export function parseParameters(input: Readonly<Record<string, unknown>>): Parameters {
  return { ...defaults, ...checkedSettings(input) };
}

/** Longest value that an error repeats, in characters. */
const longestShown = 100;

/** Formats any value for an error. Values of requests may be nested without end, or hide `toString`. */
function shown(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "an empty list";
    const isFlat = value.every((one) => typeof one !== "object");
    return isFlat ? quoted(value.slice(0, longestShown).join(",")) : "a list of lists or objects";
  }
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}

function quoted(text: string): string {
  return `"${text.length > longestShown ? `${text.slice(0, longestShown).toWellFormed()}…` : text}"`;
}

function schemas(schemaOf: (setting: Setting) => z.ZodType): Schemas {
  return Object.fromEntries(settingList.map((one) => [one.name, schemaOf(one)])) as Schemas;
}
