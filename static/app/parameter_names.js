// @ts-check
/// <reference lib="dom" />

/**
 * How settings are shown: names for people, the part of a range that a slider covers, and suggestions. All of it is
 * convenience; ranges, defaults and help come from the server.
 *
 * @import { Network, Parameter } from "./types.ts"
 */

/** @type {Record<string, string>} */
const labels = {
  model: "Network",
  layers: "Layers",
  learningRate: "Strength of a step",
  octaveIterations: "Steps per octave",
  firstIterations: "Steps for the first frame",
  iterations: "Passes over all octaves",
  imageSize: "Dreaming size",
  blend: "Fresh frame in the blend",
  tvWeight: "Total variation",
  sceneCut: "Scene cut",
  independent: "Every frame on its own",
  octaveScale: "Octave scale",
  channelOrder: "Channel order",
  flowSize: "Flow size",
};

/**
 * `channelOrder` as "Channel order", where there is no better name.
 *
 * @param {string} name
 */
export function labelOf(name) {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return labels[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** Those that are reached for first, in that order. */
const first = ["layers", "learningRate", "blend", "octaves", "octaveIterations", "colour", "imageSize"];

/**
 * The parameters with those in front that are reached for first.
 *
 * @param {Parameter[]} parameters
 */
export function inOrder(parameters) {
  const rank = (/** @type {Parameter} */ { name }) =>
    first.includes(name) ? first.indexOf(name) : first.length;
  return parameters.toSorted((one, other) => rank(one) - rank(other));
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

/** @typedef {{ low: number, high: number, step: number }} SliderRange */

/** The part of each range that is worth sliding through; the field beside takes the rest. @type {Record<string, SliderRange>} */
const ranges = {
  imageSize: { low: 128, high: 1024, step: 32 },
  octaves: { low: 1, high: 6, step: 1 },
  octaveScale: { low: 1.1, high: 2, step: 0.05 },
  octaveIterations: { low: 0, high: 20, step: 1 },
  firstIterations: { low: 0, high: 40, step: 1 },
  iterations: { low: 1, high: 5, step: 1 },
  learningRate: { low: 0.5, high: 12, step: 0.1 },
  jitter: { low: 0, high: 64, step: 1 },
  tvWeight: { low: 0, high: 5, step: 0.05 },
  flowSize: { low: 64, high: 512, step: 32 },
  quality: { low: 10, high: 35, step: 1 },
};

/**
 * What a number's slider covers; undefined where a slider is of no use.
 *
 * @param {Parameter} parameter
 * @returns {SliderRange | undefined}
 */
export function sliderRange({ name, kind, minimum, above, maximum }) {
  const low = minimum ?? above;
  if (name === "seed" || low === undefined || maximum === undefined) return undefined;
  const usual = ranges[name];
  if (usual) return { ...usual, low: Math.max(usual.low, low), high: Math.min(usual.high, maximum) };
  return { low, high: maximum, step: kind === "integer" ? 1 : (maximum - low) / 100 };
}

/**
 * Values to choose from beside typing them.
 *
 * @param {string} name
 * @param {unknown} model
 * @param {Network[]} networks
 * @returns {string[]}
 */
export function suggestionsFor(name, model, networks) {
  if (name === "model") return ["auto", ...networks.map((network) => network.name)];
  return name === "layers" ? networks.find((network) => network.name === model)?.layers ?? [] : [];
}

/**
 * A network's name as people write it: `GoogLeNet`, from its title.
 *
 * @param {string} name
 * @param {Network[]} networks
 */
export function networkTitle(name, networks) {
  return networks.find((network) => network.name === name)?.title.split(/ \(|,/)[0] ?? name;
}

/**
 * What a setting may be, in words.
 *
 * @param {Parameter} parameter
 */
export function allowedValues({ kind, minimum, above, maximum }) {
  const low = minimum !== undefined ? ` from ${minimum}` : above !== undefined ? ` above ${above}` : "";
  const high = maximum === undefined ? "" : ` to ${maximum}`;
  switch (kind) {
    case "integer":
      return `a whole number${low}${high}`;
    case "number":
      return `a number${low}${high}`;
    case "integers":
      return "whole numbers from 0, separated by commas";
    case "perChannel":
      return "one number, or three separated by commas";
    default:
      return "one or more names, separated by commas";
  }
}
