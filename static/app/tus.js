// @ts-check
/// <reference lib="dom" />

/** Loads tus-js-client, a plain script that defines a global `tus`. */
import { element } from "./element.js";

/** @typedef {typeof import("tus-js-client")} Tus */

/** @type {Promise<Tus | undefined> | undefined} */
let loading;

/**
 * Loads the library on first use; undefined if it cannot be loaded.
 *
 * @returns {Promise<Tus | undefined>}
 */
export function loadTus() {
  loading ??= new Promise((resolve) => {
    const found = () => resolve(/** @type {{ tus?: Tus }} */ (/** @type {unknown} */ (globalThis)).tus);
    const script = element("script", { src: "/vendor/tus.min.js", onload: found });
    script.addEventListener("error", () => {
      loading = undefined;
      resolve(undefined);
    });
    document.head.append(script);
  });
  return loading;
}
