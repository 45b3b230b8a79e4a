// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { ended } from "./follow.js";
import { createLiveCompareScreen } from "./live_compare_screen.js";
import { createLiveScreen } from "./live_screen.js";
import { createPicturesCompareScreen } from "./pictures_compare_screen.js";
import { createPlayerScreen } from "./player_screen.js";
import { createVideosCompareScreen } from "./videos_compare_screen.js";

/**
 * @import { Dream } from "../types.ts"
 * @import { LiveFeed } from "./live_feed.js"
 * @import { Screen } from "./screen.ts"
 *
 * @typedef {"live" | "live-compare" | "player" | "compare" | "picture"} ScreenName
 */

/**
 * The picture and its views: the newest frame, before and after, the video.
 *
 * @param {string} id
 * @param {LiveFeed} feed
 */
export function createStage(id, feed) {
  const frame = element("div", { class: "stage-frame" });
  const choice = element("div", { class: "stage-choice", role: "group", "aria-label": "What to look at" });
  const bar = element("div", { class: "stage-bar" }, choice);
  const controls = element("div", { class: "stage-controls" });
  const well = element(
    "div",
    { class: "stage-well" },
    frame,
    document.fullscreenEnabled && wholeScreenButton(frame),
  );
  const box = element("section", { class: "stage", "aria-label": "Picture" }, well, controls, bar);

  /** @type {Map<ScreenName, Screen>} */
  const screens = new Map();
  /** @type {Map<ScreenName, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {ScreenName | undefined} */
  let current;
  /** @type {Dream | undefined} */
  let dream;
  let offered = "";

  /** @type {Record<ScreenName, () => Screen>} */
  const make = {
    live: () => createLiveScreen(feed, setAspect),
    "live-compare": () => createLiveCompareScreen(id, feed),
    player: createPlayerScreen,
    compare: createVideosCompareScreen,
    picture: createPicturesCompareScreen,
  };

  /** @param {{ width: number, height: number }} size */
  function setAspect({ width, height }) {
    box.style.setProperty("--aspect", String(width / height));
    box.dataset.shape = width > height ? "wide" : "tall";
  }

  /** @param {ScreenName} name */
  function screenOf(name) {
    const known = screens.get(name);
    if (known) return known;
    const made = make[name]();
    screens.set(name, made);
    frame.append(made.element);
    if (dream) made.update(dream);
    return made;
  }

  /** @param {ScreenName} name */
  function choose(name) {
    if (current === name) return;
    if (current) {
      screenOf(current).hide();
      screenOf(current).element.hidden = true;
    }
    current = name;
    box.dataset.screen = name;
    const screen = screenOf(name);
    screen.element.hidden = false;
    controls.replaceChildren(...(screen.controls ? [screen.controls] : []));
    screen.show();
    for (const [offered, button] of buttons) button.setAttribute("aria-pressed", String(offered === name));
  }

  /** @param {Dream} news */
  function update(news) {
    const before = dream;
    dream = news;
    if (!before) setAspect(news.source);
    for (const screen of screens.values()) screen.update(news);
    const choices = choicesOf(news);
    const key = JSON.stringify(choices);
    if (key === offered) return;
    offered = key;
    offer(choices);
    const names = choices.map(([name]) => name);
    if (!current || !names.includes(current)) choose(successor(current, names));
  }

  /**
   * Buttons already shown stay in place: someone may be about to press one.
   *
   * @param {[ScreenName, string][]} choices
   */
  function offer(choices) {
    const focused = choice.contains(document.activeElement);
    const names = choices.map(([name]) => name);
    for (const [name, button] of buttons) if (!names.includes(name)) button.remove();
    for (const [place, [name, text]] of choices.entries()) {
      const button = buttonOf(name);
      if (button.textContent !== text) button.textContent = text;
      const here = choice.children[place];
      if (here !== button) choice.insertBefore(button, here ?? null);
    }
    if (focused && !choice.contains(document.activeElement)) choice.querySelector("button")?.focus();
    bar.hidden = choices.length < 2;
  }

  /** @param {ScreenName} name */
  function buttonOf(name) {
    const known = buttons.get(name);
    if (known) return known;
    const made = element("button", {
      class: "button button-small",
      type: "button",
      "data-screen": name,
      "aria-pressed": String(name === current),
      onclick: () => choose(name),
    });
    buttons.set(name, made);
    return made;
  }

  return {
    element: box,
    update,
    close() {
      for (const screen of screens.values()) screen.close();
    },
  };
}

/**
 * @param {Dream} dream
 * @returns {[ScreenName, string][]}
 */
function choicesOf(dream) {
  const { hls, video, poster, before } = dream.links;
  /** @type {[ScreenName, string][]} */
  const choices = [];
  if (!ended(dream)) {
    choices.push(["live", "Live"]);
    if (dream.state === "running") choices.push(["live-compare", "Before and after"]);
    if (hls) choices.push(["player", "Watch from the start"]);
    return choices;
  }
  if (video) choices.push(["player", "Video"], ["compare", "Before and after"]);
  else {
    if (hls) choices.push(["player", "What was dreamed"]);
    if (poster && before) choices.push(["picture", "Before and after"]);
  }
  return choices.length > 0 ? choices : [["live", "Live"]];
}

/**
 * The screen to show when the current one is no longer available.
 *
 * @param {ScreenName | undefined} current
 * @param {ScreenName[]} names
 * @returns {ScreenName}
 */
function successor(current, names) {
  const compared = names.find((name) => name === "compare" || name === "picture");
  return (current === "live-compare" && compared) || names[0] || "live";
}

/**
 * Shows the picture in full screen.
 *
 * @param {HTMLElement} frame
 */
function wholeScreenButton(frame) {
  const button = element("button", {
    class: "stage-whole",
    type: "button",
    "aria-label": "Full screen",
    title: "Full screen",
    onclick: () => frame.requestFullscreen(),
  });
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5");
  for (const [name, value] of [["class", "icon"], ["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) {
    picture.setAttribute(/** @type {string} */ (name), /** @type {string} */ (value));
  }
  picture.append(path);
  button.append(picture);
  return button;
}
