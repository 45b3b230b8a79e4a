// @ts-check
/// <reference lib="dom" />

/**
 * Places of the page, by the part of its address after `#`: `#/`, `#/again/ID`, `#/dream/ID`, `#/camera`.
 *
 * @import { View } from "./view.ts"
 *
 * @typedef {object} Route
 * @property {string} title of the browser's tab
 * @property {() => Promise<{ view: View }>} load
 * @property {string} [style] address of its stylesheet
 *
 * @typedef {{ name: string, route: Route, id?: string }} Place
 */

/** @type {Record<string, Route>} */
const routes = {
  "": { title: "Reverie", load: () => import("./studio.js") },
  again: { title: "Again", load: () => import("./studio.js") },
  dream: {
    title: "Dream",
    load: () => import("./dream/dream_view.js"),
    style: "/app/dream/dream.css",
  },
  camera: {
    title: "Camera",
    load: () => import("./camera/camera_view.js"),
    style: "/app/camera/camera.css",
  },
};

/** Places that belong to one dream. */
const needsId = new Set(["again", "dream"]);

/**
 * The place that an address names; undefined if it names none.
 *
 * @param {string} hash
 * @returns {Place | undefined}
 */
export function placeOf(hash) {
  const [name = "", id, ...more] = hash.replace(/^#?\/?/, "").split("/");
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!route || more.length > 0 || needsId.has(name) !== Boolean(id)) return undefined;
  return { name, route, ...(id && { id: decodeURIComponent(id) }) };
}

/** @param {string} hash */
export function navigate(hash) {
  if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}

/**
 * Calls back with the current place, and with each later one.
 *
 * @param {(place: Place | undefined) => void} onPlace
 */
export function watchPlace(onPlace) {
  addEventListener("hashchange", () => onPlace(placeOf(location.hash)));
  onPlace(placeOf(location.hash));
}
