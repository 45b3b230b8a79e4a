// @ts-check
/// <reference lib="dom" />

/** Starts the page: loads the settings, then shows the place named in the address. */
import * as api from "./api.js";
import { announce } from "./announce.js";
import { element } from "./element.js";
import { navigate, watchPlace } from "./router.js";

/** @import { Place } from "./router.js" */

const root = /** @type {HTMLElement} */ (document.getElementById("main"));
const logout = /** @type {HTMLElement} */ (document.getElementById("logout"));

/** @type {Promise<import("./types.ts").Settings> | undefined} */
let settings;

/** @type {() => void} */
let unmount = () => {};

/** Stylesheets of views, by address. @type {Map<string, Promise<void>>} */
const styles = new Map();

/** Counts navigations, so that a slow place does not replace a later one. */
let current = 0;

// The part after `#` names a place, so the link's own target would lead nowhere.
document.querySelector(".skip-link")?.addEventListener("click", (event) => {
  event.preventDefault();
  root.focus();
});

watchPlace(async (place) => {
  const mine = ++current;
  unmount();
  unmount = () => {};
  markNavigation(place);
  root.replaceChildren();
  root.setAttribute("aria-busy", "true");
  try {
    if (!place) throw new Error("There is nothing at this address.");
    settings ??= api.getSettings();
    const [{ view }, known] = await Promise.all([place.route.load(), settings, loadStyle(place.route.style)]);
    if (mine !== current) return;
    logout.hidden = !known.token;
    const here = element("div", { class: "view" });
    root.replaceChildren(here);
    unmount = view.mount(here, { api, navigate, settings: known, ...(place.id && { id: place.id }) });
    arrived(place, mine > 1);
  } catch (error) {
    settings = undefined;
    if (mine === current) showFailure(error);
  } finally {
    if (mine === current) root.removeAttribute("aria-busy");
  }
});

/**
 * @param {Place} place
 * @param {boolean} moved whether another place was shown before
 */
function arrived({ route }, moved) {
  document.title = route.title === "Reverie" ? "Reverie" : `${route.title} · Reverie`;
  if (!moved) return;
  scrollTo({ top: 0, behavior: "instant" });
  root.focus({ preventScroll: true });
}

/** @param {Place | undefined} place */
function markNavigation(place) {
  for (const link of document.querySelectorAll(".navigation a")) {
    const here = place !== undefined && link.getAttribute("href") === `#/${place.name}`;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/**
 * Loads a view's stylesheet, once.
 *
 * @param {string | undefined} address
 */
function loadStyle(address) {
  if (address === undefined) return;
  const known = styles.get(address);
  if (known) return known;
  /** @type {Promise<void>} */
  const loaded = new Promise((resolve) => {
    // A view without its style is better than none.
    const done = () => resolve();
    document.head.append(element("link", { rel: "stylesheet", href: address, onload: done, onerror: done }));
  });
  styles.set(address, loaded);
  return loaded;
}

/** @param {unknown} error */
function showFailure(error) {
  const message = error instanceof Error ? error.message : String(error);
  document.title = "Reverie";
  announce(message);
  const again = () => navigate(location.hash || "#/");
  root.replaceChildren(
    element(
      "div",
      { class: "page-failure" },
      element("h1", {}, "This did not work"),
      element("p", { class: "quiet" }, message),
      element(
        "p",
        { class: "button-row" },
        element("button", { class: "button button-primary", type: "button", onclick: again }, "Try again"),
        element("a", { class: "button", href: "#/" }, "To the start"),
      ),
    ),
  );
}
