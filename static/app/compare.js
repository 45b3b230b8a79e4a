// @ts-check
/// <reference lib="dom" />

/** Two pictures of the same view, one over the other, with a slider that moves the border between them. */
import { element } from "./element.js";

let count = 0;

/**
 * @typedef {object} Comparison
 * @property {HTMLElement} element
 * @property {(share: number) => void} set sets the border's position, 0 to 1 from the left
 */

/**
 * @param {object} options
 * @param {Element} options.before the picture before, as an image, video or canvas, shown left of the border
 * @param {Element} options.after the picture after, shown right of the border; sets the size
 * @param {string} [options.label] the slider's label
 * @param {number} [options.share] the border's first position
 * @returns {Comparison}
 */
export function createComparison({ before, after, label = "Before and after", share = 0.5 }) {
  const id = `compare-${++count}`;
  const slider = element("input", {
    class: "compare-slider",
    type: "range",
    id,
    min: 0,
    max: 100,
    step: 1,
    "aria-label": label,
  });
  before.classList.add("compare-before");
  after.classList.add("compare-after");
  const made = element(
    "div",
    { class: "compare" },
    after,
    before,
    element("span", { class: "compare-line", "aria-hidden": "true" }),
    element("span", { class: "compare-tag compare-tag-before", "aria-hidden": "true" }, "before"),
    element("span", { class: "compare-tag compare-tag-after", "aria-hidden": "true" }, "after"),
    slider,
  );
  const show = () => {
    made.style.setProperty("--border-at", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before, ${100 - Number(slider.value)} % after`);
  };
  const set = (/** @type {number} */ next) => {
    slider.value = String(Math.round(next * 100));
    show();
  };
  slider.addEventListener("input", show);
  set(share);
  return { element: made, set };
}
