// @ts-check
/// <reference lib="dom" />

/** Creates elements without markup in strings. */

/** @typedef {Node | string | number | false | null | undefined} Child */

/**
 * Creates an element with attributes and children. The value true writes the bare attribute; false, null and
 * undefined omit it; a function listens to the event named after `on`.
 *
 * @example element("button", { class: "button", type: "button", onclick: start }, "Start")
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  append(made, children);
  return made;
}

/**
 * Appends the children that are present.
 *
 * @param {Element} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
  for (const child of children) {
    if (child !== false && child !== null && child !== undefined) {
      parent.append(child instanceof Node ? child : String(child));
    }
  }
}
