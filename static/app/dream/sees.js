// @ts-check
/// <reference lib="dom" />

import { seenPicture } from "../api.js";
import { element } from "../element.js";
import { pause } from "./pause.js";

/** @import { Dream } from "../types.ts" */
/** @import { LiveFeed } from "./live_feed.js" */

/** Minimum time between two requests, in milliseconds. */
const rhythm = 200;
const afterFailure = 2000;

/**
 * What guides the dream: optical flow, and the mask of what was visible before. Requested only while the
 * section is open.
 *
 * @param {string} id
 * @param {LiveFeed} feed
 */
export function createSees(id, feed) {
  const pictures = [
    seen("flow", "Flow", "The colour tells where things move to, its strength how fast."),
    seen(
      "mask",
      "Mask",
      "White was visible in the frame before, so its dream is carried; black is dreamed afresh.",
    ),
  ];
  const note = element("p", { class: "small quiet", id: "sees-note", role: "status" });
  const box = element(
    "details",
    { class: "card dream-card dream-details", id: "sees" },
    element("summary", {}, "What it sees"),
    element("div", { class: "card-body sees-pictures" }, ...pictures.map((one) => one.element), note),
  );
  let running = new AbortController();
  let wanted = false;

  function follow() {
    running.abort();
    if (!box.open || !wanted) return;
    running = new AbortController();
    go(running.signal);
  }

  /** @param {AbortSignal} signal */
  async function go(signal) {
    note.textContent = "Waiting for a frame …";
    while (!signal.aborted) {
      try {
        const frames = await Promise.all(pictures.map((one) => one.load(signal)));
        note.textContent = "";
        await Promise.all([feed.other(Math.max(...frames), signal), pause(rhythm, signal)]);
      } catch (error) {
        if (signal.aborted) return;
        note.textContent = error instanceof Error ? error.message : String(error);
        await pause(afterFailure, signal);
      }
    }
  }

  /**
   * @param {"flow" | "mask"} what
   * @param {string} title
   * @param {string} meaning
   */
  function seen(what, title, meaning) {
    const image = element("img", {
      class: "sees-picture",
      id: `sees-${what}`,
      alt: `${title} of the newest frame`,
      hidden: true,
    });
    let address = "";
    return {
      element: element(
        "figure",
        { class: "sees-figure" },
        image,
        element(
          "figcaption",
          { class: "small" },
          element("strong", {}, title),
          " ",
          element("span", { class: "quiet" }, meaning),
        ),
      ),
      /** @param {AbortSignal} signal */
      async load(signal) {
        const { blob, frame } = await seenPicture(id, what, signal);
        if (signal.aborted) return frame;
        const old = address;
        address = URL.createObjectURL(blob);
        image.src = address;
        image.hidden = false;
        image.dataset.frame = String(frame);
        await image.decode().catch(() => {});
        if (old) URL.revokeObjectURL(old);
        return frame;
      },
    };
  }

  box.addEventListener("toggle", follow);
  return {
    element: box,
    /** @param {Dream} dream */
    update({ state, parameters }) {
      const now = state === "running" && !parameters.independent;
      box.hidden = !now && !(box.open && state === "running");
      if (now === wanted) return;
      wanted = now;
      follow();
    },
    close: () => running.abort(),
  };
}
