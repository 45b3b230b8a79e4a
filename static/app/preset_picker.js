// @ts-check
/// <reference lib="dom" />

/**
 * Presets as pictures; one of them is selected.
 *
 * @import { Preset, Settings } from "./types.ts"
 *
 * @typedef {object} PresetPicker
 * @property {HTMLElement} element
 * @property {() => string | undefined} value name of the preset; undefined for Reverie's own settings
 * @property {(name: string | undefined) => void} set
 * @property {(settings: Settings) => void} refresh updates which network each preset uses, after one has
 *   arrived
 */
import { element } from "./element.js";
import { sentence } from "./format.js";
import { networkTitle } from "./parameter_names.js";

/**
 * @param {Settings} settings
 * @param {(name: string | undefined) => void} onChange
 * @param {HTMLElement} note shown above the cards; applies to all of them
 * @returns {PresetPicker}
 */
export function createPresetPicker(settings, onChange, note) {
  const inputs = [settings.plain, ...settings.presets].map((preset) => ({ preset, ...presetCard(preset) }));
  const made = element(
    "fieldset",
    { class: "presets", id: "presets" },
    element("legend", {}, element("h2", {}, "How should it dream?")),
    note,
    element("div", { class: "preset-cards" }, ...inputs.map(({ card }) => card)),
  );
  const value = () => inputs.find(({ input }) => input.checked)?.preset.name || undefined;
  made.addEventListener("change", () => onChange(value()));
  const set = (/** @type {string | undefined} */ name) => {
    const known = inputs.find(({ preset }) => preset.name === (name ?? "")) ?? inputs[0];
    if (known) known.input.checked = true;
  };
  set(undefined);
  /** @type {PresetPicker["refresh"]} */
  const refresh = ({ plain, presets, networks }) => {
    const now = new Map([plain, ...presets].map((preset) => [preset.name, preset]));
    for (const { preset, line } of inputs) {
      const { network, madeFor } = now.get(preset.name) ?? preset;
      // If the usual network is missing, this is said once for all presets.
      line.hidden = network === madeFor || madeFor === plain.madeFor;
      line.textContent = `Needs ${
        networkTitle(madeFor, networks)
      }; until that is here, its nearest relative.`;
    }
  };
  refresh(settings);
  return { element: made, value, set, refresh };
}

/** @param {Preset} preset */
function presetCard({ name, description }) {
  const file = name === "" ? "default" : name;
  const input = element("input", { class: "preset-input", type: "radio", name: "preset", value: name });
  const picture = element("img", {
    class: "preset-picture",
    src: `/presets/${encodeURIComponent(file)}.jpg`,
    width: 360,
    height: 240,
    alt: "",
    decoding: "async",
    onerror: () => picture.removeAttribute("src"),
  });
  const line = element("span", { class: "preset-network quiet small" });
  const card = element(
    "label",
    { class: "preset" },
    input,
    element("span", { class: "preset-frame" }, picture),
    element("span", { class: "preset-name" }, name === "" ? "Reverie" : title(name)),
    element("span", { class: "preset-description quiet small" }, sentence(description)),
    line,
  );
  return { card, input, line };
}

/**
 * A preset's name as a title.
 *
 * @param {string} name
 */
export function title(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}
