// @ts-check
/// <reference lib="dom" />

import { createComparison } from "../compare.js";
import { element } from "../element.js";
import { createPicturesCompareScreen } from "./pictures_compare_screen.js";
import { keepTogether } from "./keep_together.js";
import { createTransport } from "./transport.js";

/** @import { Dream } from "../types.ts" */
/** @import { Screen } from "./screen.ts" */

/**
 * The source and the finished dream, playing in step. If the browser cannot play the source, one frame of
 * each.
 *
 * @returns {Screen}
 */
export function createVideosCompareScreen() {
  const before = element("video", {
    class: "screen-picture",
    playsinline: true,
    preload: "auto",
    "aria-label": "The source",
  });
  const after = element("video", {
    class: "screen-picture",
    playsinline: true,
    preload: "auto",
    "aria-label": "The dream",
  });
  before.muted = true;
  const pictures = createPicturesCompareScreen();
  const transport = createTransport(after);
  const moving = element("div", { class: "screen-moving" }, createComparison({ before, after }).element);
  const note = element(
    "p",
    { class: "player-note", hidden: true },
    "This browser cannot play the source; one frame is compared.",
  );
  const box = element("div", { class: "screen" }, moving, pictures.element, note);
  pictures.element.hidden = true;
  /** @type {Dream | undefined} */
  let dream;
  let open = false;
  let leave = () => {};

  before.addEventListener("error", () => {
    if (!before.hasAttribute("src")) return;
    after.pause();
    moving.hidden = true;
    transport.element.hidden = true;
    pictures.element.hidden = false;
    note.hidden = false;
  });

  function load() {
    if (!open || !dream?.links.video || after.hasAttribute("src")) return;
    before.src = dream.links.source;
    after.src = dream.links.video;
    leave = keepTogether(after, before, dream.from ?? 0);
  }

  return {
    element: box,
    controls: transport.element,
    show() {
      open = true;
      load();
    },
    hide() {
      open = false;
      after.pause();
    },
    update(news) {
      dream = news;
      transport.sound.hidden = !news.source.audio;
      pictures.update(news);
      load();
    },
    close() {
      leave();
      for (const video of [before, after]) {
        video.removeAttribute("src");
        video.load();
      }
    },
  };
}
