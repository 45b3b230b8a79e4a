// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { trim } from "./words.js";

/** @import { ParameterChange } from "../types.ts" */
/** @import { History, Measure } from "./history.js" */

const width = 240;
const height = 48;
/** Space above and below for the thickness of the line. */
const margin = 3;
/** Milliseconds between two redraws. */
const rhythm = 250;

/**
 * Loss and motion over the frames, with a mark at each change of settings.
 *
 * @param {History} history
 */
export function createCurves(history) {
  const curves = [
    curve("loss", "Loss", "how strongly the network responds", (value) => trim(value, 3)),
    curve(
      "motion",
      "Motion",
      "share of the picture's width that things move per frame",
      (value) => `${trim(value * 100, 2)} %`,
    ),
  ];
  const box = element(
    "section",
    { class: "card card-body dream-card", "aria-labelledby": "curves-title", id: "curves" },
    element("h2", { class: "card-title", id: "curves-title" }, "Frame by frame"),
    ...curves.map((one) => one.element),
  );
  let drawn = -Infinity;

  return {
    element: box,
    /** @param {readonly ParameterChange[]} changes */
    update(changes) {
      box.hidden = history.measures.length < 2;
      if (box.hidden || performance.now() - drawn < rhythm) return;
      drawn = performance.now();
      for (const one of curves) one.draw(history.measures, changes);
    },
  };
}

/**
 * @param {"loss" | "motion"} name
 * @param {string} title
 * @param {string} meaning
 * @param {(value: number) => string} shown
 */
function curve(name, title, meaning, shown) {
  const line = svg("polyline", { class: "curve-line", points: "" });
  const marks = svg("path", { class: "curve-marks", d: "" });
  const picture = svg("svg", {
    class: "curve-picture",
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": title,
  });
  picture.append(marks, line);
  const now = element("span", { class: "curve-now figures" });
  const box = element(
    "figure",
    { class: "curve" },
    element("figcaption", { class: "curve-caption small" }, element("span", { title: meaning }, title), now),
    /** @type {any} */ (picture),
  );

  /**
   * @param {Measure[]} measures
   * @param {readonly ParameterChange[]} changes
   */
  function draw(measures, changes) {
    const first = /** @type {Measure} */ (measures[0]).index;
    const last = /** @type {Measure} */ (measures.at(-1)).index;
    const values = measures.map((measure) => measure[name]);
    const low = Math.min(...values);
    const high = Math.max(...values);
    const x = (/** @type {number} */ index) => width * (index - first) / Math.max(1, last - first);
    const y = (/** @type {number} */ value) =>
      height - margin - (height - 2 * margin) * (value - low) / (high - low || 1);
    line.setAttribute(
      "points",
      measures.map((one) => `${trim(x(one.index), 1)},${trim(y(one[name]), 1)}`).join(" "),
    );
    const frames = changes.flatMap(({ frame }) =>
      frame !== null && frame > first && frame <= last ? [frame] : []
    );
    marks.setAttribute("d", frames.map((frame) => `M${trim(x(frame), 1)} 0V${height}`).join(""));
    const present = values.at(-1) ?? 0;
    now.textContent = shown(present);
    picture.setAttribute(
      "aria-label",
      `${title}, ${meaning}, from frame ${first + 1} to ${last + 1}: now ${shown(present)}, ` +
        `lowest ${shown(low)}, highest ${shown(high)}`,
    );
  }

  return { element: box, draw };
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 */
function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
