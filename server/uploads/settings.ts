/**
 * Parses a client's settings for a dream: from a query, a form, tus metadata (all text) or JSON (typed). All
 * checks are here.
 */
import { z } from "zod";
import { nearest } from "../../pipeline/settings/nearest.ts";
import {
  checkedValue,
  remoteParametersSchema,
  settingList,
  settingNamed,
  type SomeParameters,
} from "../../pipeline/settings/parameters.ts";
import { presets } from "../../pipeline/settings/presets.ts";
import { parseTime } from "../../pipeline/settings/units.ts";
import { cleanName, oneLine, quoted } from "./names.ts";
import { invalidParameter, line, type ReverieError } from "../../pipeline/errors.ts";

/** A client's validated settings. */
export interface GivenSettings {
  /** File name, cleaned. */
  name?: string;
  /** Name of a preset. */
  preset?: string;
  /** Part of the source, start and length in seconds. */
  from?: number;
  duration?: number;
  /** The settings that the client named. */
  given: SomeParameters;
}

/** Maximum length of one value in characters. */
const longestValue = 2000;

const presetNames = Object.keys(presets);

/** A time: seconds, or a text such as `1:30`. */
const time = z.union([z.number(), z.string()], { error: "must be a time in seconds or as h:mm:ss" })
  .transform((value, context) => {
    try {
      return parseTime(String(value), "");
    } catch (error) {
      context.addIssue((error as Error).message.trim());
      return z.NEVER;
    }
  });

/** Fields besides the settings. An error message that begins with "must" continues the field's name. */
const otherFields = {
  preset: z.enum(presetNames, {
    error: ({ input }) => {
      const named = typeof input === "string" ? `is named ${quoted(input)}` : "is not named by a text";
      return `no preset ${named}; there are: ${presetNames.join(", ")}`;
    },
  }).describe("settings that go together"),
  name: z.string({ error: "must be a text" }).transform(cleanName)
    .describe("file name to show; never a path"),
  from: time.describe("start in the source: seconds or h:mm:ss"),
  duration: time.refine((seconds) => seconds > 0, "must be above 0 seconds")
    .describe("length of the part to dream: seconds or h:mm:ss"),
};

/** Name of a field besides the settings. */
export type OtherField = keyof typeof otherFields;

const allOthers = Object.keys(otherFields) as OtherField[];

/**
 * All request fields, as the API's document shows them; {@link readSettings} checks with the same schemas.
 */
export const wishSchema = z.strictObject({ ...otherFields, ...remoteParametersSchema.shape }).partial();

/**
 * Validates the fields of a request and converts texts to their settings' types ("0.3", "true",
 * "mixed3,mixed4").
 *
 * @throws {ReverieError} with the first field that is unknown, invalid, or not among those that the route
 * `takes`
 */
export function readSettings(
  fields: Readonly<Record<string, unknown>>,
  takes: readonly OtherField[] = allOthers,
): GivenSettings {
  const given: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    checkLength(field, value);
    const setting = settingNamed(field);
    if (setting) given[field] = checkedValue(setting, value, setting.remoteSchema);
    else if (!isOther(field)) throw unknownField(field);
    else if (takes.includes(field)) others[field] = read(field, otherFields[field], value);
    else throw refused(field, "cannot be changed: make a new dream");
  }
  return { ...others, given };
}

/**
 * Reads a time in seconds, 0 or later.
 *
 * @throws {ReverieError} with the name of the field, if it is not a time
 */
export function readTime(field: string, value: unknown): number {
  return read(field, time, value) as number;
}

/**
 * Checks that all these settings can change while a dream runs.
 *
 * @throws {ReverieError} with the first setting that holds for the whole dream
 */
export function checkLive(change: SomeParameters): void {
  const fixed = Object.keys(change).find((name) => !settingNamed(name)?.live);
  if (fixed !== undefined) {
    throw refused(fixed, "holds for the whole dream: set it before the dream begins");
  }
}

function isOther(field: string): field is OtherField {
  return Object.hasOwn(otherFields, field);
}

function read(field: string, schema: z.ZodType, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { message } = error.issues[0]!;
  if (message.startsWith("must ")) throw refused(field, message);
  throw invalidParameter(field, message);
}

function checkLength(field: string, value: unknown): void {
  const length = typeof value === "string" ? value.length : 0;
  if (length <= longestValue && field.length <= longestValue) return;
  throw refused(shown(field), `is longer than ${longestValue} characters`);
}

function unknownField(field: string): ReverieError {
  const near = nearest(field, [...settingList.map(({ name }) => name), ...allOthers]);
  const hint = near ? `did you mean ${near}?` : "/api/settings lists those there are";
  return invalidParameter(shown(field), `there is no setting ${quoted(field)}; ${hint}`);
}

function refused(field: string, problem: string): ReverieError {
  return invalidParameter(field, line`${{ field }} ${problem}`);
}

/** Formats a field's name for an error. */
function shown(field: string): string {
  return oneLine(field).slice(0, 60).toWellFormed();
}
