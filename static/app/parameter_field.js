// @ts-check
/// <reference lib="dom" />

/**
 * One setting in a form: label, help, what is typed or slid, and what is wrong with it.
 *
 * @import { Parameter } from "./types.ts"
 *
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {() => unknown} value the last good value; undefined where nothing is given
 * @property {(value: unknown) => void} set
 * @property {(value: unknown) => void} setBase what the reset button goes back to
 * @property {(message: string | undefined) => void} showError
 * @property {() => boolean} wrong whether what is typed is not usable
 * @property {() => void} focus
 * @property {(names: string[]) => void} [suggest]
 */
import { element } from "./element.js";
import { icon } from "./icons.js";
import { labelOf, shownValue, sliderRange } from "./parameter_names.js";
import { same, valueOf } from "./parameter_values.js";

let count = 0;

/**
 * @param {Parameter} parameter
 * @param {(value: unknown) => void} onChange only told of values that are usable
 * @returns {Field}
 */
export function parameterField(parameter, onChange) {
  const id = `setting-${parameter.name}-${++count}`;
  const label = labelOf(parameter.name);
  const error = element("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const control = controlFor(parameter, { id, label });
  const reset = element(
    "button",
    {
      class: "button button-icon button-small setting-reset",
      type: "button",
      "aria-label": `Reset: ${label}`,
      title: "Back to the preset",
      hidden: true,
    },
    icon("reset"),
  );
  const made = element(
    "div",
    { class: "field setting", "data-parameter": parameter.name },
    element("div", { class: "setting-head" }, control.label, reset),
    control.body,
    element("p", { class: "field-help", id: `${id}-help` }, ...helpText(parameter.description)),
    error,
  );

  /** @type {unknown} */
  let base = parameter.default;
  /** @type {unknown} */
  let value = base;
  let bad = false;

  const showReset = () => reset.hidden = base === undefined || same(value, base);

  /** @param {string | undefined} message */
  const showError = (message) => {
    error.textContent = message ?? "";
    error.hidden = message === undefined;
    control.main.setAttribute("aria-invalid", String(message !== undefined));
    control.main.setAttribute(
      "aria-describedby",
      message === undefined ? `${id}-help` : `${id}-error ${id}-help`,
    );
  };

  /** @param {unknown} next */
  const set = (next) => {
    value = next ?? parameter.default;
    bad = false;
    control.show(value);
    showError(undefined);
    showReset();
  };

  control.listen(() => {
    try {
      value = control.read() ?? parameter.default;
      bad = false;
      showError(undefined);
      showReset();
      onChange(value);
    } catch (problem) {
      bad = true;
      showError(problem instanceof Error ? problem.message : String(problem));
    }
  });
  reset.addEventListener("click", () => {
    set(base);
    control.main.focus();
    onChange(value);
  });
  set(base);

  return {
    element: made,
    value: () => value,
    set,
    setBase: (next) => {
      base = next ?? parameter.default;
      showReset();
    },
    showError,
    wrong: () => bad,
    focus: () => control.main.focus(),
    ...(control.suggest && { suggest: control.suggest }),
  };
}

/**
 * Help as a sentence, with code between backticks set as such.
 *
 * @param {string} text
 */
function helpText(text) {
  const [first = "", ...rest] = text.split("`");
  const words = [first.charAt(0).toUpperCase() + first.slice(1), ...rest];
  return words.map((part, index) => index % 2 === 0 ? part : element("code", {}, part));
}

/**
 * What a setting is changed with.
 *
 * @typedef {object} Control
 * @property {HTMLElement} label
 * @property {HTMLElement} body
 * @property {HTMLInputElement | HTMLSelectElement} main
 * @property {(value: unknown) => void} show
 * @property {() => unknown} read throws an Error where what is typed is not usable
 * @property {(changed: () => void) => void} listen
 * @property {(names: string[]) => void} [suggest]
 *
 * @typedef {{ id: string, label: string }} Naming
 */

/**
 * @param {Parameter} parameter
 * @param {Naming} naming
 * @returns {Control}
 */
function controlFor(parameter, naming) {
  switch (parameter.kind) {
    case "boolean":
      return switchControl(naming);
    case "choice":
      return choiceControl(parameter, naming);
    case "integer":
    case "number":
      return numberControl(parameter, naming);
    default:
      return textControl(parameter, naming);
  }
}

/** @param {Naming} naming */
function labelFor({ id, label }) {
  return element("label", { class: "field-label", for: id }, label);
}

/**
 * @param {Naming} naming
 * @returns {Control}
 */
function switchControl({ id, label }) {
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
 * @param {Naming} naming
 * @returns {Control}
 */
function choiceControl(parameter, naming) {
  const free = parameter.default === undefined;
  const main = element(
    "select",
    { class: "input", id: naming.id },
    free && element("option", { value: "" }, "Default"),
    ...(parameter.choices ?? []).map((choice) => element("option", { value: choice }, choice)),
  );
  return {
    label: labelFor(naming),
    body: main,
    main,
    show: (value) => main.value = shownValue(value),
    read: () => main.value === "" ? undefined : main.value,
    listen: (changed) => main.addEventListener("change", changed),
  };
}

/**
 * @param {Parameter} parameter
 * @param {Naming} naming
 * @returns {Control}
 */
function numberControl(parameter, naming) {
  const { id, label } = naming;
  const range = sliderRange(parameter);
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
    "aria-label": `${label}, slider`,
    min: range.low,
    max: range.high,
    step: range.step,
  });
  const fill = () => {
    if (!slider || !range) return;
    const share = (Number(main.value) - range.low) / (range.high - range.low);
    slider.style.setProperty("--fill", String(Math.min(1, Math.max(0, share))));
  };
  const dice = parameter.name === "seed" && element(
    "button",
    { class: "button button-small", type: "button" },
    icon("dice"),
    "Another",
  );
  return {
    label: labelFor(naming),
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
 * Text, or names that can also be switched on and off one by one.
 *
 * @param {Parameter} parameter
 * @param {Naming} naming
 * @returns {Control}
 */
function textControl(parameter, naming) {
  const main = element("input", {
    class: "input",
    type: "text",
    id: naming.id,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: parameter.default === undefined ? "Default" : null,
  });
  const chips = element("div", {
    class: "chips",
    role: "group",
    "aria-label": `${naming.label}: suggestions`,
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
    label: labelFor(naming),
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
