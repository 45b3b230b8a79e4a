// @ts-check
/// <reference lib="dom" />

/**
 * Dreams one frame, to judge the settings before the long run.
 *
 * @import { Picture, Request as Wish } from "./types.ts"
 *
 * @typedef {{ body?: Blob, dream?: string, at?: number, before?: Blob }} Frame the frame to dream, and its
 *   picture before
 *
 * @typedef {object} TryOne
 * @property {HTMLElement} element
 * @property {() => void} outdated marks the picture as made with other settings
 * @property {() => void} clear
 */
import { announce } from "./announce.js";
import { preview } from "./api.js";
import { createComparison } from "./compare.js";
import { element } from "./element.js";
import { duration } from "./format.js";
import { icon } from "./icons.js";

/**
 * @param {object} options
 * @param {() => Promise<Frame>} options.frame
 * @param {() => Wish | undefined} options.wish undefined if the settings are invalid
 * @param {(error: unknown) => string} options.explain shows an error where it belongs, and returns it as one
 *   line
 * @returns {TryOne}
 */
export function createTryOne({ frame, wish, explain }) {
  const status = element("p", { class: "quiet small figures", id: "try-status" });
  const error = element("p", { class: "error-line", id: "try-error", role: "alert" });
  const stage = element("div", { class: "try-stage", id: "try-result" });
  const button = element("button", { class: "button", type: "button", id: "try" });
  const made = element(
    "section",
    { class: "try-one", "aria-labelledby": "try-title" },
    element("h2", { id: "try-title" }, "One frame first"),
    stage,
    element("div", { class: "button-row" }, button, status),
    error,
  );
  /** @type {AbortController | undefined} */
  let running;
  /** @type {string[]} */
  let urls = [];

  const rest = () => {
    button.replaceChildren(icon("eye"), "Try one frame");
    made.removeAttribute("aria-busy");
    made.classList.remove("working");
  };
  const clear = () => {
    running?.abort();
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    stage.replaceChildren();
    status.textContent = "The frame that the video shows, with these settings.";
    error.textContent = "";
    rest();
  };

  /** @param {Blob} blob */
  const addressOf = (blob) => {
    const url = URL.createObjectURL(blob);
    urls.push(url);
    return url;
  };

  /**
   * @param {Picture} picture
   * @param {Blob | undefined} before
   */
  const show = async (picture, before) => {
    const old = urls;
    urls = [];
    const after = element("img", { alt: "The frame as it is dreamed", src: addressOf(picture.blob) });
    const first = before && element("img", { alt: "The frame before", src: addressOf(before) });
    await Promise.allSettled([after.decode(), first?.decode()]);
    stage.replaceChildren(
      first ? createComparison({ before: first, after, share: 0.25 }).element : after,
    );
    for (const url of old) URL.revokeObjectURL(url);
  };

  const start = async () => {
    const wanted = wish();
    if (!wanted) return;
    const mine = running = new AbortController();
    const begun = performance.now();
    const tell = () => status.textContent = `Dreaming… ${duration((performance.now() - begun) / 1000)}`;
    const clock = setInterval(tell, 500);
    error.textContent = "";
    button.replaceChildren(icon("close"), "Stop");
    made.setAttribute("aria-busy", "true");
    made.classList.add("working");
    tell();
    announce("Dreaming one frame");
    try {
      const { before, ...what } = await frame();
      const picture = await preview({ ...what, wish: wanted }, mine.signal);
      await show(picture, before);
      const seconds = (performance.now() - begun) / 1000;
      status.textContent = before
        ? `Dreamed in ${duration(seconds)}. Slide over the picture to compare.`
        : `Dreamed in ${duration(seconds)}.`;
      announce(`The frame is dreamed, in ${duration(seconds)}`);
    } catch (problem) {
      status.textContent = "";
      if (!mine.signal.aborted) error.textContent = explain(problem);
    } finally {
      clearInterval(clock);
      if (running === mine) {
        running = undefined;
        rest();
      }
    }
  };

  button.addEventListener("click", () => running ? running.abort() : start());
  clear();
  return {
    element: made,
    clear,
    outdated: () => {
      if (urls.length > 0 && !running) status.textContent = "The settings have changed since: try again.";
    },
  };
}
