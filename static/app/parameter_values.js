// @ts-check
/// <reference lib="dom" />

/**
 * Conversion of settings from text, and comparison of settings.
 *
 * @import { Parameter, Values } from "./types.ts"
 */

/**
 * Parses the text of a setting; undefined for empty text.
 *
 * @param {Parameter} parameter
 * @param {string} text
 * @returns {unknown}
 * @throws {Error} if the value is not allowed; the message says what is
 */
export function valueOf(parameter, text) {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  switch (parameter.kind) {
    case "integer":
    case "number":
      return number(parameter, text);
    case "integers":
    case "numbers":
      return parts.map((part) => number(parameter, part));
    case "perChannel":
      if (parts.length !== 1 && parts.length !== 3) throw refused(parameter);
      return parts.length === 1 ? number(parameter, text) : parts.map((part) => number(parameter, part));
    case "texts":
      return parts;
    default:
      return text.trim();
  }
}

/**
 * @param {Parameter} parameter
 * @param {string} text
 */
function number(parameter, text) {
  const value = Number(text.trim());
  const { kind, minimum = -Infinity, above = -Infinity, maximum = Infinity } = parameter;
  const whole = kind === "integer" || kind === "integers";
  const low = kind === "integers" ? 0 : minimum;
  if (Number.isNaN(value) || value < low || value > maximum || (value === above && Number.isFinite(above))) {
    throw refused(parameter);
  }
  if (value < above || (whole && !Number.isInteger(value))) throw refused(parameter);
  return value;
}

/** @param {Parameter} parameter */
function refused(parameter) {
  return new Error(`Must be ${parameter.allowed}.`);
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The values that differ from the base.
 *
 * @param {Values} values
 * @param {Values} base
 * @returns {Values}
 */
export function difference(values, base) {
  const known = /** @type {Record<string, unknown>} */ (base);
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== undefined && !same(value, known[name])),
  );
}
