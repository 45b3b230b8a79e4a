// @ts-check
/// <reference lib="dom" />

/** The top of the page: what Reverie is, the video input, and an example of the result. */
import { createComparison } from "./compare.js";
import { element } from "./element.js";

/**
 * @param {HTMLElement} dropZone
 * @returns {{ element: HTMLElement }}
 */
export function createHero(dropZone) {
  const size = { width: 1280, height: 720 };
  const before = element("img", { ...size, src: "/presets/hero-before.jpg", alt: "A lake at dusk" });
  const after = element("img", {
    ...size,
    src: "/presets/hero-after.jpg",
    alt: "The same lake, dreamed: dogs, towers and people grow out of sky, mountains and shore",
  });
  const { element: picture } = createComparison({ before, after, label: "Before and after", share: 0.38 });
  const made = element(
    "section",
    { class: "hero" },
    element(
      "div",
      { class: "hero-words" },
      element("h1", {}, "Let a video dream"),
      element(
        "p",
        { class: "hero-lead quiet" },
        "Every frame goes through DeepDream, and the dream flows along with whatever moves.",
      ),
    ),
    dropZone,
    element("div", { class: "hero-picture" }, picture),
  );
  return { element: made };
}
