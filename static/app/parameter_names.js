// @ts-check
/// <reference lib="dom" />

/**
 * How settings are displayed. Their descriptions come from the server.
 *
 * @import { Network, Parameter, Settings } from "./types.ts"
 */

/**
 * Display names of settings, by their names in the API.
 *
 * @param {Settings} settings
 * @returns {(name: string) => string}
 */
export function labelsOf({ parameters }) {
  /** @type {Map<string, string>} */
  const labels = new Map(parameters.map(({ name, label }) => [name, label]));
  return (name) => labels.get(name) ?? name;
}

/**
 * The parameters, the most used ones first.
 *
 * @param {Parameter[]} parameters
 */
export function inOrder(parameters) {
  const place = (/** @type {Parameter} */ { common = parameters.length }) => common;
  return parameters.toSorted((one, other) => place(one) - place(other));
}

/**
 * A value as text, for summaries and fields.
 *
 * @param {unknown} value
 */
export function shownValue(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * Suggested values for a field that also accepts typed ones.
 *
 * @param {Parameter} parameter
 * @param {unknown} model
 * @param {Network[]} networks
 * @returns {string[]}
 */
export function suggestionsFor({ suggested }, model, networks) {
  if (suggested === "networks") return ["auto", ...networks.map((network) => network.name)];
  return suggested === "layers" ? networks.find((network) => network.name === model)?.layers ?? [] : [];
}

/**
 * A network's display name, from its title: `GoogLeNet`.
 *
 * @param {string} name
 * @param {Network[]} networks
 */
export function networkTitle(name, networks) {
  return networks.find((network) => network.name === name)?.title.split(/ \(|,/)[0] ?? name;
}
