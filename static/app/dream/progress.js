// @ts-check
/// <reference lib="dom" />

import { announce } from "../announce.js";
import { element } from "../element.js";
import { counted, roughly, trim } from "./words.js";

/** @import { Dream } from "../types.ts" */

/**
 * Milliseconds between two announcements: the least, and the time after which even a small change is
 * announced.
 */
const quiet = 10_000;
const longQuiet = 60_000;

/**
 * The dream's progress: a bar, figures, and occasional announcements.
 */
export function createProgress() {
  const bar = element("div", {
    class: "progress",
    id: "progress",
    role: "progressbar",
    "aria-label": "Frames dreamed",
    "aria-valuemin": 0,
  });
  const frames = element("span", { id: "progress-frames" });
  const speed = element("span", { id: "progress-speed" });
  const rest = element("span", { id: "progress-rest" });
  const line = element("p", { class: "progress-line small figures" }, frames, speed, rest);
  const waiting = element("p", { class: "progress-waiting", id: "queue-position" });
  const box = element("section", { class: "dream-progress", "aria-label": "Progress" }, bar, line, waiting);
  const say = politely();

  /** @param {Dream} dream */
  function update(dream) {
    const running = dream.state === "running";
    box.hidden = !running && dream.state !== "queued";
    bar.hidden = line.hidden = !running;
    waiting.textContent = running ? (dream.paused ? restLine : "") : queueLine(dream);
    waiting.hidden = waiting.textContent === "";
    if (running) showFrames(dream);
    else if (dream.state === "queued") say(waiting.textContent ?? "", waiting.textContent ?? "");
  }

  /** @param {Dream} dream */
  function showFrames({ progress, state }) {
    const { frames: done, total, fps, eta } = progress;
    bar.classList.toggle("progress-unknown", total === undefined || done === 0);
    if (total === undefined) bar.removeAttribute("aria-valuenow");
    else {
      bar.setAttribute("aria-valuemax", String(total));
      bar.setAttribute("aria-valuenow", String(Math.min(done, total)));
      bar.setAttribute("aria-valuetext", `${done} of ${counted(total, "frame")}`);
      bar.style.setProperty("--done", String(Math.min(1, done / total)));
    }
    frames.textContent = total === undefined ? counted(done, "frame") : `Frame ${done} of ${total}`;
    speed.textContent = fps ? `${trim(fps, fps < 10 ? 1 : 0)} frames a second` : "";
    rest.textContent = done === 0 ? "Getting ready" : eta === undefined ? "" : `${roughly(eta)} left`;
    if (done === 0 || state !== "running") return;
    const tenth = total ? Math.floor(10 * done / total) : Math.floor(done / 100);
    say(`${frames.textContent}${eta === undefined ? "" : `, ${roughly(eta)} left`}`, String(tenth));
  }

  return { element: box, update };
}

const restLine = "Resting for a moment: a preview or the camera goes first.";

/** @param {Dream} dream */
function queueLine({ queue, state }) {
  if (state !== "queued") return "";
  if (!queue) return "Waiting for its turn.";
  const { position, estimatedStart } = queue;
  const place = position === 1 ? "Next in line." : `Number ${position} in line.`;
  if (!estimatedStart) return place;
  const seconds = (Date.parse(estimatedStart) - Date.now()) / 1000;
  if (!(seconds > 5)) return `${place} It starts in a moment.`;
  const time = new Date(estimatedStart).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return `${place} It starts in ${roughly(seconds)}, at ${time}.`;
}

/** Announces seldom: when something important has changed, otherwise only after a long time. */
function politely() {
  let last = -Infinity;
  let known = "";
  /**
   * @param {string} text
   * @param {string} matter
   */
  return (text, matter) => {
    const since = performance.now() - last;
    if (since < quiet || (matter === known && since < longQuiet)) return;
    last = performance.now();
    known = matter;
    announce(text);
  };
}
