// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { size } from "../format.js";
import { shownValue } from "../parameter_names.js";
import { clock, trim } from "./words.js";

/** @import { Dream, Settings } from "../types.ts" */

/**
 * What the dream is made from: the source, the settings that differ from the defaults, and all others.
 *
 * @param {Settings} settings
 */
export function createSummary(settings) {
  const source = element("dl", { class: "facts small" });
  const chosen = element("dl", { class: "facts small", id: "chosen-settings" });
  const others = element("dl", { class: "facts small" });
  const box = element(
    "details",
    { class: "card dream-card dream-details", id: "summary" },
    element("summary", {}, "Settings and source"),
    element(
      "div",
      { class: "card-body summary-body" },
      element("h3", {}, "Source"),
      source,
      element("h3", {}, "Chosen settings"),
      chosen,
      element("h3", {}, "All others, as they are by default"),
      others,
    ),
  );
  let known = "";

  /** @param {Dream} dream */
  function update(dream) {
    const key = JSON.stringify([dream.parameters, dream.preset, dream.source, dream.bytes]);
    if (key === known) return;
    known = key;
    fill(source, sourceFacts(dream));
    /** @type {[string, string][]} */
    const own = dream.preset ? [["Preset", dream.preset]] : [];
    /** @type {[string, string][]} */
    const rest = [];
    for (const { name, label } of settings.parameters) {
      const value = dream.parameters[name];
      if (value === undefined) continue;
      const usual = JSON.stringify(value) === JSON.stringify(settings.defaults[name]);
      (usual ? rest : own).push([label, shownValue(value)]);
    }
    fill(chosen, own.length > 0 ? own : [["Everything", "as it is by default"]]);
    fill(others, rest);
  }

  return { element: box, update };
}

/**
 * @param {Dream} dream
 * @returns {[string, string][]}
 */
function sourceFacts({ name, source, from, duration, bytes }) {
  /** @type {[string, string][]} */
  const facts = [
    ["File", name],
    ["Size", `${source.width} × ${source.height}, ${size(source.bytes)}`],
    ["Length", `${clock(source.duration)}, ${trim(source.frameRate, 2)} frames a second`],
    ["Sound", source.audio ? "yes" : "none"],
  ];
  if (from !== undefined || duration !== undefined) {
    const end = duration === undefined ? "the end" : clock((from ?? 0) + duration);
    facts.push(["Part", `from ${clock(from ?? 0)} to ${end}`]);
  }
  if (bytes !== undefined) facts.push(["Dreamed video", size(bytes)]);
  return facts;
}

/**
 * @param {HTMLElement} list
 * @param {[string, string][]} facts
 */
function fill(list, facts) {
  list.replaceChildren(
    ...facts.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]),
  );
}
