// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { icon } from "../icons.js";
import { trim } from "../dream/words.js";
import { canRecord } from "./recorder.js";

/**
 * @typedef {"idle" | "asking" | "starting" | "running" | "problem"} CameraState
 *
 * @typedef {{ fps?: number, delay?: number, left: number }} Figures `left`: skipped frames
 */

/**
 * The dreamed picture with a small view of the camera, figures and buttons.
 *
 * @param {{ start: () => void, stop: () => void, snapshot: () => void, record: () => void }} acts
 */
export function createCameraStage(acts) {
  const canvas = element("canvas", {
    class: "screen-picture",
    id: "camera-picture",
    role: "img",
    "aria-label": "Your camera, dreamed",
  });
  const self = element("video", {
    class: "camera-self",
    id: "camera-self",
    playsinline: true,
    "aria-label": "Your camera as it is",
  });
  self.muted = true;
  const start = element("button", {
    class: "button button-primary",
    type: "button",
    id: "camera-start",
    onclick: acts.start,
  });
  start.append(icon("camera"), "Use the camera");
  const explanation = element("p", { class: "camera-explanation" }, explanationText);
  const problem = element("p", {
    class: "camera-problem",
    id: "camera-problem",
    role: "alert",
    hidden: true,
  });
  const welcome = element("div", { class: "camera-welcome" }, explanation, problem, start);
  const note = element("p", { class: "player-note", id: "camera-note", role: "status", hidden: true });
  const frame = element(
    "div",
    { class: "stage-frame" },
    element("div", { class: "screen" }, canvas, self, note),
    welcome,
  );

  const fps = figure("camera-fps", "frames a second");
  const delay = figure("camera-delay", "ms behind");
  const left = figure("camera-dropped", "frames left out");
  const figures = element(
    "dl",
    { class: "camera-figures figures small" },
    fps.element,
    delay.element,
    left.element,
  );

  const stop = button("camera-stop", "Stop", acts.stop);
  const snapshot = button("camera-snapshot", "Snapshot", acts.snapshot);
  const record = button("camera-record", "Record", acts.record);
  const buttons = element("div", { class: "button-row" }, stop, snapshot, canRecord() && record);
  const box = element(
    "section",
    { class: "stage", "aria-label": "Dreamed camera" },
    element("div", { class: "stage-well" }, frame),
    element("div", { class: "camera-bar" }, buttons, figures),
  );
  const bar = /** @type {HTMLElement} */ (box.lastElementChild);

  /** @param {CameraState} state */
  function setState(state) {
    const idle = state === "idle" || state === "problem";
    welcome.hidden = !idle && state !== "asking";
    start.disabled = state === "asking";
    explanation.hidden = state === "problem";
    problem.hidden = state !== "problem";
    bar.hidden = idle || state === "asking";
    self.hidden = bar.hidden;
    canvas.hidden = bar.hidden;
    snapshot.disabled = record.disabled = state !== "running";
    setNote(state === "starting" ? "Getting ready to dream …" : "");
  }

  /** @param {string} text */
  function setNote(text) {
    if (note.textContent !== text) note.textContent = text;
    note.hidden = text === "";
  }

  return {
    element: box,
    canvas,
    self,
    setState,
    setNote,
    /** @param {string} message */
    setProblem(message) {
      problem.textContent = message;
      setState("problem");
    },
    /** @param {Figures} now */
    setFigures(now) {
      fps.show(now.fps === undefined ? "–" : trim(now.fps, 1));
      delay.show(now.delay === undefined ? "–" : String(Math.round(now.delay)));
      left.show(String(now.left));
    },
    /** @param {boolean} on */
    setRecording(on) {
      record.textContent = on ? "Stop recording" : "Record";
      record.setAttribute("aria-pressed", String(on));
    },
    /** @param {boolean} on */
    setMirrored(on) {
      self.classList.toggle("camera-mirrored", on);
    },
    /** @param {{ width: number, height: number }} size */
    setSize({ width, height }) {
      box.style.setProperty("--aspect", String(width / height));
      box.dataset.shape = width > height ? "wide" : "tall";
    },
  };
}

const explanationText =
  "Reverie dreams what your camera sees, while it sees it. The pictures go to the server that this " +
  "page came from and nowhere else; nothing is kept.";

/**
 * @param {string} id
 * @param {string} text
 * @param {() => void} act
 */
function button(id, text, act) {
  return element("button", { class: "button button-small", type: "button", id, onclick: act }, text);
}

/**
 * @param {string} id
 * @param {string} unit
 */
function figure(id, unit) {
  const value = element("dd", { id }, "–");
  return {
    element: element("div", { class: "camera-figure" }, element("dt", {}, unit), value),
    /** @param {string} text */
    show(text) {
      if (value.textContent !== text) value.textContent = text;
    },
  };
}
