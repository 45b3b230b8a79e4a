// @ts-check
/// <reference lib="dom" />

/**
 * Settings between text and value, and which of them differ.
 *
 * @import { Parameter, Values } from "./types.ts"
 */

/**
 * The value that a text means; undefined where it is empty. Throws an Error that says what is allowed.
 *
 * @param {Parameter} parameter
 * @param {string} text
 * @returns {unknown}
 */
export function valueOf(parameter, text) {
  const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (parts.length === 0) return undefined;
  switch (parameter.kind) {
    case "integer":
    case "number":
      return number(parameter, text);
    case "integers":
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
 * What of the values is other than in the base.
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
