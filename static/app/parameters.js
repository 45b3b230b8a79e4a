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
 * @property {() => Values} values what is set, defaults included
 * @property {(values: Values, base?: Values) => void} set all that is not among the values goes to its default;
 *   `base` is what the reset buttons go back to
 * @property {(values: Values, base?: Values) => void} refresh the same, but for fields with something not usable (yet)
 * @property {(field: string, message: string) => boolean} showError at the field, which is opened and focused; whether
 *   there is one
 * @property {() => boolean} check whether all is usable; goes to the first field that is not
 */
import { element } from "./element.js";
import { parameterField } from "./parameter_field.js";
import { inOrder, suggestionsFor } from "./parameter_names.js";

/**
 * @param {object} options
 * @param {Settings} options.settings
 * @param {Values} [options.values]
 * @param {Values} [options.base] what the reset buttons go back to; the defaults if absent
 * @param {readonly string[]} [options.names] of the settings to show; all if absent
 * @param {(changed: Values) => void} [options.onChange] told of each value as it changes
 * @returns {ParameterForm}
 */
export function createParameterForm({ settings, values = {}, base, names, onChange = () => {} }) {
  const shown = inOrder(settings.parameters.filter(({ name }) => !names || names.includes(name)));
  /** @type {Map<string, Field>} */
  const fields = new Map();
  /** The network whose layers are offered, where the form has no field for it. @type {unknown} */
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
