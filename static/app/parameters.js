// @ts-check
/// <reference lib="dom" />

/**
 * A form of settings: the common ones first, the others in groups behind a disclosure.
 *
 * @import { Field } from "./parameter_field.js"
 * @import { Parameter, Settings, Values } from "./types.ts"
 *
 * @typedef {object} ParameterForm
 * @property {HTMLElement} element
 * @property {() => Values} values all values, defaults included
 * @property {(values: Values, base?: Values) => void} set values that are not given go to their defaults;
 *   `base` holds the values that the reset buttons restore
 * @property {(values: Values, base?: Values) => void} refresh the same, but leaves invalid fields alone
 * @property {(field: string, message: string) => boolean} showError shows the error at the field, which is
 *   opened and focused; returns whether the form has that field
 * @property {() => boolean} check whether all fields are valid; focuses the first that is not
 */
import { element } from "./element.js";
import { parameterField } from "./parameter_field.js";
import { inOrder, suggestionsFor } from "./parameter_names.js";

/**
 * @param {object} options
 * @param {Settings} options.settings
 * @param {Values} [options.values]
 * @param {Values} [options.base] the values that the reset buttons restore; the defaults if absent
 * @param {readonly string[]} [options.names] names of the settings to show; all if absent
 * @param {(changed: Values) => void} [options.onChange] called with each change
 * @returns {ParameterForm}
 */
export function createParameterForm({ settings, values = {}, base, names, onChange = () => {} }) {
  const shown = inOrder(settings.parameters.filter(({ name }) => !names || names.includes(name)));
  /** @type {Map<string, Field>} */
  const fields = new Map();
  /** The network whose layers are suggested if the form has no field for it. @type {unknown} */
  let network = values.model ?? base?.model;
  const offerSuggestions = () => {
    const model = fields.get("model")?.value() ?? network;
    for (const parameter of shown) {
      fields.get(parameter.name)?.suggest?.(suggestionsFor(parameter, model, settings.networks));
    }
  };
  for (const parameter of shown) {
    const { name } = parameter;
    const changed = (/** @type {unknown} */ value) => {
      if (name === "model") offerSuggestions();
      onChange(/** @type {Values} */ ({ [name]: value }));
    };
    fields.set(name, parameterField(parameter, changed));
  }
  offerSuggestions();

  const others = element(
    "details",
    { class: "settings-others" },
    element("summary", {}, "All settings"),
    ...groupsOf(shown.filter(({ common }) => common === undefined), fields),
  );
  const form = element(
    "div",
    { class: "settings-form" },
    element(
      "div",
      { class: "settings-grid" },
      ...elementsOf(shown.filter(({ common }) => common !== undefined), fields),
    ),
    shown.some(({ common }) => common === undefined) && others,
  );

  /**
   * @param {Values} next
   * @param {Values} nextBase
   * @param {(field: Field) => boolean} wanted
   */
  const setSome = (next, nextBase, wanted) => {
    const known = /** @type {Record<string, unknown>} */ (next);
    const bases = /** @type {Record<string, unknown>} */ (nextBase);
    network = next.model ?? nextBase.model ?? network;
    for (const [name, field] of fields) {
      field.setBase(bases[name]);
      if (wanted(field)) field.set(known[name]);
    }
    offerSuggestions();
  };
  /** @type {ParameterForm["set"]} */
  const set = (next, nextBase = {}) => setSome(next, nextBase, () => true);
  set(values, base);

  /** @param {Field} field */
  const reveal = (field) => {
    if (others.contains(field.element)) others.open = true;
    field.focus();
  };

  return {
    element: form,
    set,
    refresh: (next, nextBase = {}) => setSome(next, nextBase, (field) => !field.wrong()),
    values: () => {
      const all = [...fields].map(([name, field]) => [name, field.value()]);
      return Object.fromEntries(all.filter(([, value]) => value !== undefined));
    },
    showError: (name, message) => {
      const field = fields.get(name);
      if (!field) return false;
      field.showError(message);
      reveal(field);
      return true;
    },
    check: () => {
      const wrong = [...fields.values()].find((field) => field.wrong());
      if (wrong) reveal(wrong);
      return wrong === undefined;
    },
  };
}

/**
 * @param {Parameter[]} parameters
 * @param {Map<string, Field>} fields
 */
function elementsOf(parameters, fields) {
  return parameters.map(({ name }) => fields.get(name)?.element);
}

/**
 * @param {Parameter[]} parameters
 * @param {Map<string, Field>} fields
 */
function groupsOf(parameters, fields) {
  const titles = [...new Set(parameters.map(({ group }) => group))];
  return titles.map((title) =>
    element(
      "fieldset",
      { class: "settings-group" },
      element("legend", {}, element("h3", {}, title)),
      element(
        "div",
        { class: "settings-grid" },
        ...elementsOf(parameters.filter(({ group }) => group === title), fields),
      ),
    )
  );
}
