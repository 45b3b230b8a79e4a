// @ts-check
/// <reference lib="dom" />

import { createComparison } from "../compare.js";
import { element } from "../element.js";

/** @import { Dream } from "../types.ts" */
/** @import { Screen } from "./screen.ts" */

/**
 * One frame before and after, as stored by the server.
 *
 * @returns {Screen}
 */
export function createPicturesCompareScreen() {
  const before = element("img", {
    class: "screen-picture",
    alt: "A frame before the dream",
    decoding: "async",
  });
  const after = element("img", {
    class: "screen-picture",
    alt: "The same frame, dreamed",
    decoding: "async",
  });
  return {
    element: element("div", { class: "screen" }, createComparison({ before, after }).element),
    show() {},
    hide() {},
    /** @param {Dream} dream */
    update({ links }) {
      for (const [image, address] of /** @type {const} */ ([[before, links.before], [after, links.poster]])) {
        if (address && image.getAttribute("src") !== address) image.src = address;
      }
    },
    close() {},
  };
}
