/** Settings of a dream as they come over HTTP: in a query, a form, tus metadata (all text) or JSON (typed). */
import { flowNetworkNames, networkNames } from "../../pipeline/networks.ts";
import { invalidParameter, type ReverieError } from "../../pipeline/errors.ts";
import { nearest, parameterValue, parseNumber } from "../../pipeline/flags.ts";
import {
  type ParameterDescription,
  parameterDescriptions,
  type ParameterInput,
} from "../../pipeline/parameters.ts";
import { presets } from "../../pipeline/presets.ts";
import { settings } from "../../pipeline/settle.ts";
import { parseTime } from "../../pipeline/terminal/units.ts";
import { cleanName, oneLine, quoted } from "./names.ts";

/** What a client asks of a dream, each value of its own type but not yet within its range. */
export interface GivenSettings {
  /** File name, cleaned. */
  name?: string;
  /** One of the presets there are. */
  preset?: string;
  /** Part of the source, in seconds. */
  from?: number;
  duration?: number;
  /** The settings that were named. */
  given: Partial<ParameterInput>;
}

/** Fields beside the settings of the schema. */
const otherFields = ["name", "preset", "from", "duration"] as const;

/** Most characters of one value. */
const longestValue = 2000;

const byName = new Map<string, ParameterDescription>(parameterDescriptions.map((one) => [one.name, one]));

/**
 * Sorts out the fields of a request and turns texts into what their settings are ("0.3", "true", "mixed3,mixed4");
 * times may be written as `1:30`. Throws a ReverieError that names the field which is not known, or is no time, preset
 * or name of a network. Ranges are checked by {@link settings}.
 */
export function readSettings(fields: Readonly<Record<string, unknown>>): GivenSettings {
  const given: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(fields)) {
    checkLength(field, value);
    const parameter = byName.get(field);
    if (parameter) given[field] = typeof value === "string" ? typed(parameter, value) : value;
    else if (!(otherFields as readonly string[]).includes(field)) throw unknownField(field);
  }
  checkNetwork("model", given["model"], ["auto", ...networkNames]);
  checkNetwork("flowModel", given["flowModel"], flowNetworkNames);
  const { name, preset, from, duration } = fields;
  return {
    ...(name !== undefined && { name: cleanName(String(name)) }),
    ...(preset !== undefined && { preset: knownPreset(preset) }),
    ...(from !== undefined && { from: readTime("from", from) }),
    ...(duration !== undefined && { duration: aboveZero("duration", readTime("duration", duration)) }),
    given,
  };
}

/** Throws a ReverieError unless a dream can be made with the fields of a request. */
export function checkSettings(fields: Readonly<Record<string, unknown>>): void {
  settings(readSettings(fields));
}

/** A text as its setting's type, or unchanged where it is none, which the schema then refuses in its own words. */
function typed(parameter: ParameterDescription, text: string): unknown {
  if (parameter.kind === "boolean") return booleans.get(text) ?? text;
  return parameterValue(parameter, text, (part) => parseNumber(part) ?? part);
}

/** `?independent` and a checkbox of a form mean true. */
const booleans = new Map([["true", true], ["", true], ["on", true], ["false", false]]);

/** A time in seconds, which may be written as `1:30`. Throws a ReverieError that names the field. */
export function readTime(field: string, value: unknown): number {
  checkLength(field, value);
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  return parseTime(String(value), field);
}

function aboveZero(field: string, seconds: number): number {
  if (seconds > 0) return seconds;
  throw invalidParameter(field, `${field} must be above 0 seconds`);
}

function knownPreset(preset: unknown): string {
  if (typeof preset === "string" && Object.hasOwn(presets, preset)) return preset;
  const message = `no preset is named ${quoted(String(preset))}; there are: ${
    Object.keys(presets).join(", ")
  }`;
  throw invalidParameter("preset", message);
}

/** Whoever uses the command line may name any file; over HTTP a path would read what the server can read. */
function checkNetwork(field: "model" | "flowModel", value: unknown, names: readonly string[]): void {
  if (value === undefined || names.includes(String(value))) return;
  const message = `${field} must be the name of a network that the server knows: ${names.join(", ")}`;
  throw invalidParameter(field, message);
}

function checkLength(field: string, value: unknown): void {
  const length = typeof value === "string" ? value.length : 0;
  if (length <= longestValue && field.length <= longestValue) return;
  const name = shown(field);
  throw invalidParameter(name, `${name} is longer than ${longestValue} characters`);
}

function unknownField(field: string): ReverieError {
  const near = nearest(field, [...byName.keys(), ...otherFields]);
  const hint = near ? `did you mean ${near}?` : "/api/settings lists those there are";
  return invalidParameter(shown(field), `there is no setting ${quoted(field)}; ${hint}`);
}

/** A field's name as it is told back. */
function shown(field: string): string {
  return oneLine(field).slice(0, 60).toWellFormed();
}
