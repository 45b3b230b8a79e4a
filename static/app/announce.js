// @ts-check
/// <reference lib="dom" />

/** Tells those who listen to the page what others see change. */

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Says a line through the page's live region.
 *
 * @param {string} line
 */
export function announce(line) {
  const region = document.getElementById("announcements");
  if (!region) return;
  region.textContent = "";
  // A moment later, so that the same line is said again.
  clearTimeout(timer);
  timer = setTimeout(() => region.textContent = line, 60);
}
