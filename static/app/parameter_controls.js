// @ts-check
/// <reference lib="dom" />

/**
 * Controls for settings: sliders beside numbers, names to type or pick, choices, switches.
 *
 * @import { Parameter } from "./types.ts"
 *
 * @typedef {object} Control
 * @property {HTMLElement} label
 * @property {HTMLElement} body
 * @property {HTMLInputElement | HTMLSelectElement} main
 * @property {(value: unknown) => void} show
 * @property {() => unknown} read throws an Error if the input is invalid
 * @property {(changed: () => void) => void} listen
 * @property {(names: string[]) => void} [suggest]
 */
import { element } from "./element.js";
import { icon } from "./icons.js";
import { shownValue } from "./parameter_names.js";
import { valueOf } from "./parameter_values.js";

/**
 * The control that suits a setting's kind.
 *
 * @param {Parameter} parameter
 * @param {string} id
 * @returns {Control}
 */
export function controlFor(parameter, id) {
  switch (parameter.kind) {
    case "boolean":
      return switchControl(parameter, id);
    case "choice":
      return choiceControl(parameter, id);
    case "integer":
    case "number":
      return numberControl(parameter, id);
    default:
      return textControl(parameter, id);
  }
}

/**
 * @param {Parameter} parameter
 * @param {string} id
 */
function labelFor({ label, unit }, id) {
  const counted = unit && element("span", { class: "quiet small" }, ` ${unit}`);
  return element("label", { class: "field-label", for: id }, label, counted);
}

/**
 * @param {Parameter} parameter
 * @param {string} id
 * @returns {Control}
 */
function switchControl({ label }, id) {
  const main = element("input", { class: "checkbox", type: "checkbox", id });
  return {
    label: element("label", { class: "field-label setting-switch", for: id }, main, label),
    body: element("span", { hidden: true }),
    main,
    show: (value) => main.checked = value === true,
    read: () => main.checked,
    listen: (changed) => main.addEventListener("change", changed),
  };
}

/**
 * @param {Parameter} parameter
 * @param {string} id
 * @returns {Control}
 */
function choiceControl(parameter, id) {
  const free = parameter.default === undefined;
  const main = element(
    "select",
    { class: "input", id },
    free && element("option", { value: "" }, "Default"),
    ...(parameter.choices ?? []).map((choice) => element("option", { value: choice }, choice)),
  );
  return {
    label: labelFor(parameter, id),
    body: main,
    main,
    show: (value) => main.value = shownValue(value),
    read: () => main.value === "" ? undefined : main.value,
    listen: (changed) => main.addEventListener("change", changed),
  };
}

/**
 * @param {Parameter} parameter
 * @param {string} id
 * @returns {Control}
 */
function numberControl(parameter, id) {
  const { slider: range } = parameter;
  const main = element("input", {
    class: "input input-number",
    type: "number",
    id,
    inputmode: parameter.kind === "integer" ? "numeric" : "decimal",
    step: parameter.kind === "integer" ? 1 : "any",
    min: parameter.minimum ?? parameter.above,
    max: parameter.maximum,
  });
  const slider = range && element("input", {
    class: "slider",
    type: "range",
    "aria-label": `${parameter.label}, slider`,
    min: range.low,
    max: range.high,
    step: range.step,
  });
  const fill = () => {
    if (!slider || !range) return;
    const share = (Number(main.value) - range.low) / (range.high - range.low);
    slider.style.setProperty("--fill", String(Math.min(1, Math.max(0, share))));
  };
  const dice = parameter.drawn && element(
    "button",
    { class: "button button-small", type: "button" },
    icon("dice"),
    "Another",
  );
  return {
    label: labelFor(parameter, id),
    body: element("div", { class: "number-control" }, slider, main, dice),
    main,
    show: (value) => {
      main.value = shownValue(value);
      if (slider) slider.value = main.value;
      fill();
    },
    read: () => {
      if (main.validity.badInput) throw new Error("Must be a number.");
      return valueOf(parameter, main.value);
    },
    listen: (changed) => {
      main.addEventListener("input", () => {
        if (slider && main.value !== "") slider.value = main.value;
        fill();
        changed();
      });
      slider?.addEventListener("input", () => {
        main.value = String(Number(Number(slider.value).toFixed(4)));
        fill();
        changed();
      });
      if (dice) {
        dice.addEventListener("click", () => {
          main.value = String(crypto.getRandomValues(new Uint32Array(1))[0]);
          changed();
        });
      }
    },
  };
}

/**
 * Text, or names that can also be toggled one by one.
 *
 * @param {Parameter} parameter
 * @param {string} id
 * @returns {Control}
 */
function textControl(parameter, id) {
  const main = element("input", {
    class: "input",
    type: "text",
    id,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: parameter.default === undefined ? "Default" : null,
  });
  const chips = element("div", {
    class: "chips",
    role: "group",
    "aria-label": `${parameter.label}: suggestions`,
  });
  chips.hidden = true;
  /** @type {() => void} */
  let changed = () => {};

  const names = () => main.value.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const markChips = () => {
    const chosen = new Set(names());
    for (const chip of chips.children) {
      chip.setAttribute("aria-pressed", String(chosen.has(chip.textContent ?? "")));
    }
  };
  /** @param {string} name */
  const toggle = (name) => {
    const chosen = names();
    const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name].sort();
    main.value = next.join(", ");
    markChips();
    changed();
  };
  return {
    label: labelFor(parameter, id),
    body: element("div", { class: "text-control" }, chips, main),
    main,
    show: (value) => {
      main.value = shownValue(value);
      markChips();
    },
    read: () => valueOf(parameter, main.value),
    listen: (listener) => {
      changed = listener;
      main.addEventListener("input", () => {
        markChips();
        listener();
      });
    },
    suggest: (suggested) => {
      chips.replaceChildren(
        ...suggested.map((name) =>
          element("button", { class: "chip", type: "button", onclick: () => toggle(name) }, name)
        ),
      );
      chips.hidden = suggested.length === 0;
      markChips();
    },
  };
}
