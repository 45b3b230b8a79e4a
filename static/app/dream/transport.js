// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { clock } from "./words.js";

/**
 * Play, position and sound of a video that has no room for the browser's own controls. The sound button is
 * returned separately, so that it can be hidden if the video has no sound.
 *
 * @param {HTMLVideoElement} video
 */
export function createTransport(video) {
  const play = element(
    "button",
    { class: "button button-small", type: "button", id: "compare-play" },
    "Play",
  );
  const sound = element(
    "button",
    { class: "button button-small", type: "button", "aria-pressed": "true" },
    "Sound",
  );
  const position = element("input", {
    class: "slider",
    type: "range",
    min: 0,
    max: 1,
    step: "any",
    value: 0,
    "aria-label": "Position in the video",
  });
  const time = element("span", { class: "transport-time small quiet figures" });

  const tell = () => {
    const { currentTime, duration, paused } = video;
    const length = Number.isFinite(duration) ? duration : 0;
    play.textContent = paused ? "Play" : "Pause";
    position.max = String(length || 1);
    position.step = String(1 / 30);
    position.value = String(currentTime);
    position.style.setProperty("--fill", String(length ? currentTime / length : 0));
    position.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(length)}`);
    time.textContent = `${clock(currentTime)} / ${clock(length)}`;
  };
  for (const type of ["play", "pause", "timeupdate", "seeked", "durationchange"]) {
    video.addEventListener(type, tell);
  }

  play.addEventListener("click", () => {
    if (!video.paused) return video.pause();
    // If the browser refuses, the video visibly stands still.
    video.play().catch(() => {});
  });
  position.addEventListener("input", () => video.currentTime = Number(position.value));
  sound.addEventListener("click", () => {
    video.muted = !video.muted;
    sound.setAttribute("aria-pressed", String(!video.muted));
  });
  tell();
  return { element: element("div", { class: "transport" }, play, position, time, sound), sound };
}
