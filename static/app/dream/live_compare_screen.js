// @ts-check
/// <reference lib="dom" />

import { seenPicture } from "../api.js";
import { createComparison } from "../compare.js";
import { element } from "../element.js";
import { Painter } from "./painter.js";
import { pause } from "./pause.js";

/** @import { LiveFeed } from "./live_feed.js" */
/** @import { Screen } from "./screen.ts" */

/** Minimum time between two requests, in milliseconds. */
const rhythm = 150;
const afterFailure = 2000;

/**
 * The newest frame before and after, while the dream runs. Both sides always show the same frame.
 *
 * @param {string} id
 * @param {LiveFeed} feed
 * @returns {Screen}
 */
export function createLiveCompareScreen(id, feed) {
  const sides = {
    before: element("canvas", { class: "screen-picture", role: "img", "aria-label": "The frame before" }),
    after: element("canvas", { class: "screen-picture", role: "img", "aria-label": "The frame dreamed" }),
  };
  const before = new Painter(sides.before);
  const after = new Painter(sides.after);
  const note = element("p", { class: "screen-note" }, "Waiting for a frame");
  const box = element("div", { class: "screen" }, createComparison(sides).element, note);
  let running = new AbortController();

  /** @param {AbortSignal} signal */
  async function go(signal) {
    while (!signal.aborted) {
      try {
        const frame = await showPair(signal);
        note.hidden = true;
        await Promise.all([feed.other(frame, signal), pause(rhythm, signal)]);
      } catch {
        note.hidden = before.painted;
        await pause(afterFailure, signal);
      }
    }
  }

  /** @param {AbortSignal} signal */
  async function showPair(signal) {
    const source = await seenPicture(id, "source", signal);
    const dreamed = feed.find(source.frame)?.blob ?? (await seenPicture(id, "dream", signal)).blob;
    const pictures = await Promise.all([createImageBitmap(source.blob), createImageBitmap(dreamed)]);
    if (signal.aborted) return source.frame;
    before.paint(pictures[0]);
    after.paint(pictures[1]);
    box.dataset.frame = String(source.frame);
    return source.frame;
  }

  return {
    element: box,
    show() {
      running.abort();
      running = new AbortController();
      go(running.signal);
    },
    hide: () => running.abort(),
    update() {},
    close() {
      running.abort();
      before.close();
      after.close();
    },
  };
}
