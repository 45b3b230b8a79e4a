// @ts-check
/// <reference lib="dom" />

/**
 * One setting in a form: label, help, control, and error message.
 *
 * @import { Parameter } from "./types.ts"
 *
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {() => unknown} value the last valid value; undefined if empty
 * @property {(value: unknown) => void} set
 * @property {(value: unknown) => void} setBase sets the value that the reset button restores
 * @property {(message: string | undefined) => void} showError
 * @property {() => boolean} wrong whether the input is invalid
 * @property {() => void} focus
 * @property {(names: string[]) => void} [suggest]
 */
import { element } from "./element.js";
import { icon } from "./icons.js";
import { controlFor } from "./parameter_controls.js";
import { same } from "./parameter_values.js";

let count = 0;

/**
 * @param {Parameter} parameter
 * @param {(value: unknown) => void} onChange called with valid values only
 * @returns {Field}
 */
export function parameterField(parameter, onChange) {
  const id = `setting-${parameter.name}-${++count}`;
  const { label } = parameter;
  const error = element("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const control = controlFor(parameter, id);
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
 * Help text as a sentence, with text between backticks set as code.
 *
 * @param {string} text
 */
function helpText(text) {
  const [first = "", ...rest] = text.split("`");
  const words = [first.charAt(0).toUpperCase() + first.slice(1), ...rest];
  return words.map((part, index) => index % 2 === 0 ? part : element("code", {}, part));
}
