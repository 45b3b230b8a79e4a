// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { Painter } from "./painter.js";

/** @import { Dream } from "../types.ts" */
/** @import { LiveFeed } from "./live_feed.js" */
/** @import { Screen } from "./screen.ts" */

/**
 * The newest dreamed frame, as soon as it is made.
 *
 * @param {LiveFeed} feed
 * @param {(size: { width: number, height: number }) => void} onSize
 * @returns {Screen}
 */
export function createLiveScreen(feed, onSize) {
  const canvas = element("canvas", { class: "screen-picture", id: "live-picture", role: "img" });
  const painter = new Painter(canvas);
  const note = element("p", { class: "screen-note" });
  const source = element("video", {
    class: "screen-picture screen-source",
    preload: "metadata",
    "aria-hidden": "true",
  });
  source.muted = true;
  const box = element("div", { class: "screen" }, canvas, source, note);
  let leave = () => {};
  let known = "";

  /** @param {Dream} dream */
  function describe(dream) {
    const { frames, total } = dream.progress;
    const count = total === undefined ? frames : `${frames} of ${total}`;
    canvas.setAttribute("aria-label", painter.painted ? `Newest dreamed frame, ${count}` : "No frame yet");
    if (canvas.dataset.frames !== String(frames)) canvas.dataset.frames = String(frames);
    note.textContent = painter.painted ? "" : waiting(dream);
    note.hidden = painter.painted;
    // The first source frame, until there is a dreamed one.
    if (!painter.painted && !source.hasAttribute("src")) source.src = dream.links.source;
  }

  /** @param {number} index of the frame */
  function onPainted(index) {
    canvas.dataset.frame = String(index);
    note.hidden = true;
    if (source.hasAttribute("src")) {
      source.removeAttribute("src");
      source.load();
    }
    source.hidden = true;
    const size = painter.size;
    if (!size || `${size.width}x${size.height}` === known) return;
    known = `${size.width}x${size.height}`;
    onSize(size);
  }

  return {
    element: box,
    show() {
      leave();
      leave = feed.follow(({ blob, index }) => painter.show(blob, () => onPainted(index)));
    },
    hide: () => leave(),
    update: describe,
    close() {
      leave();
      source.removeAttribute("src");
      source.load();
      painter.close();
    },
  };
}

/** @param {Dream} dream */
function waiting({ state, paused }) {
  if (state === "queued") return "Waiting for its turn";
  if (state !== "running") return "No frame was dreamed";
  return paused ? "Resting for a moment" : "The first frame is being dreamed";
}
