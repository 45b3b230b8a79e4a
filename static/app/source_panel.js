// @ts-check
/// <reference lib="dom" />

/** The chosen video, with a preview and the choice of the part to dream. */
import { element } from "./element.js";
import { duration as inWords, secondsOf, size } from "./format.js";
import { icon } from "./icons.js";
import { currentFrame } from "./video_frame.js";

/** @import { Source } from "./source.js" */

/**
 * @typedef {object} SourcePanel
 * @property {HTMLElement} element
 * @property {() => { from?: number, duration?: number } | undefined} part undefined if the input is invalid
 * @property {(field: string, message: string) => boolean} showError returns whether the field belongs to this
 *   panel
 * @property {() => number} time of the current frame, in seconds
 * @property {() => Promise<Blob | undefined>} frame the current frame, if the browser can decode it
 */

/**
 * @param {Source} source
 * @param {() => void} onRemove called when the user wants another source
 * @returns {SourcePanel}
 */
export function createSourcePanel(source, onRemove) {
  const facts = element("p", { class: "quiet small figures", id: "source-facts" });
  const note = element("p", { class: "quiet small", hidden: true });
  const video = element("video", {
    class: "source-video",
    id: "source-video",
    src: source.url,
    controls: true,
    playsinline: true,
    preload: "auto",
    "aria-label": `The video: ${source.name}`,
  });
  video.muted = true;
  const known = source.file ? [size(source.file.size)] : [];
  facts.textContent = known.join(" · ");
  video.addEventListener("loadedmetadata", () => {
    const picture = video.videoWidth > 0 ? [`${video.videoWidth} × ${video.videoHeight}`] : [];
    const length = Number.isFinite(video.duration) ? [inWords(video.duration)] : [];
    facts.textContent = [...picture, ...length, ...known].join(" · ");
  });
  video.addEventListener("error", () => {
    video.hidden = true;
    made.classList.add("source-unseen");
    note.hidden = false;
    note.textContent =
      "This browser cannot show this video. Reverie reads more kinds than browsers do: try it.";
  });

  const from = timeField("from", "Start at", "0", () => video.currentTime);
  const duration = timeField(
    "duration",
    "Length",
    "to the end",
    () => Math.max(0, video.currentTime - (from.value() ?? 0)),
  );
  const made = element(
    "section",
    { class: "source-panel", "aria-label": "The video" },
    element("div", { class: "source-picture" }, video, note),
    element(
      "div",
      { class: "source-facts" },
      element(
        "div",
        {},
        element("h1", { class: "source-name", id: "source-name", tabindex: -1 }, source.name),
        facts,
      ),
      source.dream ? keptPart(source.dream) : element(
        "div",
        { class: "source-part" },
        from.element,
        duration.element,
        element(
          "p",
          { class: "field-help source-part-help" },
          "Seconds, or minutes as 1:30. The buttons take the moment that the video shows.",
        ),
      ),
      element(
        "button",
        { class: "button source-remove", type: "button", id: "another", onclick: onRemove },
        "Another video",
      ),
    ),
  );

  return {
    element: made,
    part: () => {
      if (!from.check() || !duration.check()) return undefined;
      const start = from.value(), length = duration.value();
      return {
        ...(start !== undefined && start > 0 && { from: start }),
        ...(length !== undefined && { duration: length }),
      };
    },
    showError: (field, message) => {
      const wrong = { from, duration }[field];
      wrong?.showError(message);
      return wrong !== undefined;
    },
    time: () => video.videoWidth > 0 ? video.currentTime : from.value() ?? 0,
    frame: () => currentFrame(video),
  };
}

/**
 * The part of the video that an earlier dream used.
 *
 * @param {import("./types.ts").Dream} dream
 */
function keptPart({ from = 0, duration }) {
  if (from === 0 && duration === undefined) return null;
  const length = duration === undefined ? "to the end" : `for ${inWords(duration)}`;
  return element("p", { class: "quiet" }, `The same part as before: from ${inWords(from)} on, ${length}.`);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} placeholder
 * @param {() => number} now
 */
function timeField(name, label, placeholder, now) {
  const error = element("p", { class: "field-error", id: `${name}-error`, hidden: true });
  const input = element("input", {
    class: "input",
    id: name,
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    placeholder,
  });
  /** @param {string | undefined} message */
  const showError = (message) => {
    error.textContent = message ?? "";
    error.hidden = message === undefined;
    input.setAttribute("aria-invalid", String(message !== undefined));
    if (message === undefined) return input.removeAttribute("aria-describedby");
    input.setAttribute("aria-describedby", error.id);
    input.focus();
  };
  const check = () => {
    try {
      secondsOf(input.value);
      showError(undefined);
      return true;
    } catch (problem) {
      showError(problem instanceof Error ? problem.message : String(problem));
      return false;
    }
  };
  const take = () => {
    input.value = String(Number(now().toFixed(2)));
    showError(undefined);
  };
  input.addEventListener("change", check);
  return {
    element: element(
      "div",
      { class: "field" },
      element("label", { class: "field-label", for: name }, label),
      element(
        "div",
        { class: "time-input" },
        input,
        element(
          "button",
          {
            class: "button button-icon",
            type: "button",
            "aria-label": name === "from" ? "Start at the moment shown" : "End at the moment shown",
            title: name === "from" ? "Start here" : "End here",
            onclick: take,
          },
          icon("here"),
        ),
      ),
      error,
    ),
    check,
    showError,
    value: () => {
      try {
        return secondsOf(input.value);
      } catch {
        return undefined;
      }
    },
  };
}
