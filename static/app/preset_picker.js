// @ts-check
/// <reference lib="dom" />

/**
 * Presets as pictures, of which one is chosen.
 *
 * @import { Settings } from "./types.ts"
 *
 * @typedef {object} PresetPicker
 * @property {HTMLElement} element
 * @property {() => string | undefined} value name of the preset; undefined for Reverie's own settings
 * @property {(name: string | undefined) => void} set
 */
import { element } from "./element.js";
import { sentence } from "./format.js";

/**
 * @param {Settings} settings
 * @param {(name: string | undefined) => void} onChange
 * @returns {PresetPicker}
 */
export function createPresetPicker({ presets }, onChange) {
  const plain = { name: "", description: "eyes and spirals, gently carried along" };
  const inputs = [plain, ...presets].map((preset) => ({ preset, ...presetCard(preset) }));
  const made = element(
    "fieldset",
    { class: "presets", id: "presets" },
    element("legend", {}, element("h2", {}, "How should it dream?")),
    element("div", { class: "preset-cards" }, ...inputs.map(({ card }) => card)),
  );
  const value = () => inputs.find(({ input }) => input.checked)?.preset.name || undefined;
  made.addEventListener("change", () => onChange(value()));
  const set = (/** @type {string | undefined} */ name) => {
    const known = inputs.find(({ preset }) => preset.name === (name ?? "")) ?? inputs[0];
    if (known) known.input.checked = true;
  };
  set(undefined);
  return { element: made, value, set };
}

/** @param {{ name: string, description: string }} preset */
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
  const card = element(
    "label",
    { class: "preset" },
    input,
    element("span", { class: "preset-frame" }, picture),
    element("span", { class: "preset-name" }, name === "" ? "Reverie" : title(name)),
    element("span", { class: "preset-description quiet small" }, sentence(description)),
  );
  return { card, input };
}

/**
 * A preset's name as a title.
 *
 * @param {string} name
 */
export function title(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
}
