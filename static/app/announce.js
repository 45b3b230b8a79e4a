// @ts-check
/// <reference lib="dom" />

/** Announces changes to screen readers. */

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Announces a line through the page's live region.
 *
 * @param {string} line
 */
export function announce(line) {
  const region = document.getElementById("announcements");
  if (!region) return;
  region.textContent = "";
  // Set a moment later, so that a repeated line is announced again.
  clearTimeout(timer);
  timer = setTimeout(() => region.textContent = line, 60);
}
