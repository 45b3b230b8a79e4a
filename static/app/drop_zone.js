// @ts-check
/// <reference lib="dom" />

/** The video input: drop, choose or paste a file, or use the sample clip or the camera. */
import { element } from "./element.js";
import { icon } from "./icons.js";
import { fileFrom } from "./source.js";

/**
 * @typedef {object} DropZone
 * @property {HTMLElement} element
 * @property {(message: string | undefined) => void} showError
 * @property {() => void} choose opens the browser's file dialog
 * @property {() => void} remove
 */

/**
 * @param {object} options
 * @param {(file: File) => void} options.onFile
 * @param {() => void} options.onSample
 * @param {boolean} options.sample whether there is a sample clip
 * @returns {DropZone}
 */
export function createDropZone({ onFile, onSample, sample }) {
  const input = element("input", {
    class: "visually-hidden",
    type: "file",
    id: "file",
    accept: "video/*,.mkv,.ts,.gif",
    tabindex: -1,
    "aria-label": "Video file",
    onchange: () => {
      const [file] = input.files ?? [];
      input.value = "";
      if (file) onFile(file);
    },
  });
  const error = element("p", { class: "error-line", id: "file-error", role: "alert" });
  const zone = element(
    "div",
    { class: "drop-zone", id: "drop-zone", onclick: () => input.click() },
    element("span", { class: "drop-zone-icon" }, icon("upload")),
    element("p", { class: "drop-zone-title" }, "Drop a video here"),
    element(
      "button",
      {
        class: "button button-primary",
        type: "button",
        id: "choose",
        onclick: (/** @type {Event} */ event) => {
          event.stopPropagation();
          input.click();
        },
      },
      "Choose a video",
    ),
    input,
  );
  const made = element(
    "div",
    { class: "source-choice" },
    zone,
    error,
    element(
      "div",
      { class: "button-row source-others" },
      sample && element(
        "button",
        { class: "button", type: "button", id: "sample", onclick: onSample },
        icon("film"),
        "Use the sample clip",
      ),
      element(
        "a",
        { class: "button", id: "camera", href: "#/camera" },
        icon("camera"),
        "Dream with the camera",
      ),
    ),
  );
  input.addEventListener("click", (event) => event.stopPropagation());

  return {
    element: made,
    showError: (message) => error.textContent = message ?? "",
    choose: () => input.click(),
    remove: takeDrops(onFile),
  };
}

/**
 * Accepts files dropped anywhere on the page, or pasted; returns a function that stops it.
 *
 * @param {(file: File) => void} onFile
 */
function takeDrops(onFile) {
  const page = document.documentElement;
  const leaving = new AbortController();
  const { signal } = leaving;
  let inside = 0;
  const mark = (/** @type {number} */ change) => {
    inside = Math.max(0, inside + change);
    page.classList.toggle("dragging", inside > 0);
  };
  const carriesFile = (/** @type {DragEvent} */ event) =>
    event.dataTransfer?.types.includes("Files") === true;
  const take = (/** @type {DataTransfer | null} */ transfer) => {
    const file = fileFrom(transfer);
    if (file) onFile(file);
  };
  page.addEventListener("dragenter", (event) => carriesFile(event) && mark(1), { signal });
  page.addEventListener("dragleave", (event) => carriesFile(event) && mark(-1), { signal });
  page.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault(), { signal });
  page.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(-inside);
    take(event.dataTransfer);
  }, { signal });
  page.addEventListener("paste", (event) => take(event.clipboardData), { signal });
  return () => {
    mark(-inside);
    leaving.abort();
  };
}
