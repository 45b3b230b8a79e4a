// @ts-check
/// <reference lib="dom" />

/** Loads the stage's stylesheet, which several views share. A module that imports this waits for it. */
import { element } from "../element.js";

/** @type {Promise<void>} */
const loaded = new Promise((resolve) => {
  // A picture without its style is better than none.
  const done = () => resolve();
  const href = new URL("./stage.css", import.meta.url).href;
  document.head.append(element("link", { rel: "stylesheet", href, onload: done, onerror: done }));
});
await loaded;
