// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { ended } from "./follow.js";
import { attachHls } from "./hls_source.js";
import { keepGoing, starving } from "./keep_going.js";
import { roughly } from "./words.js";

/** @import { Dream } from "../types.ts" */
/** @import { Screen } from "./screen.ts" */

const unreachable = "The player could not be loaded: the server cannot be reached.";

/**
 * The video: the growing stream while the dream is made, then the finished file.
 *
 * @returns {Screen}
 */
export function createPlayerScreen() {
  const video = element("video", {
    class: "screen-picture",
    id: "player",
    controls: true,
    playsinline: true,
    preload: "metadata",
    "aria-label": "The dreamed video",
  });
  const note = element("p", { class: "player-note", id: "player-note", role: "status", hidden: true });
  const box = element("div", { class: "screen" }, video, note);
  let attached = new AbortController();
  /** @type {"nothing" | "stream" | "file"} */
  let playing = "nothing";
  let open = false;
  let failure = "";
  /** @type {Dream | undefined} */
  let dream;

  for (const type of ["waiting", "playing", "timeupdate", "seeked", "pause", "progress"]) {
    video.addEventListener(type, tell);
  }
  for (const type of ["pause", "ended"]) video.addEventListener(type, () => queueMicrotask(load));

  keepGoing(video);

  function tell() {
    const text = failure || (dream && atEdge() ? edgeNote(dream) : "");
    if (note.textContent !== text) note.textContent = text;
    note.hidden = text === "";
    box.dataset.edge = String(text !== "" && failure === "");
  }

  function atEdge() {
    const begun = playing === "stream" && video.buffered.length > 0;
    return begun && dream !== undefined && !ended(dream) && starving(video);
  }

  /** Loads the best available version without interrupting playback. */
  function load() {
    if (!dream || !open) return;
    const { video: file, hls, poster } = dream.links;
    if (poster && !video.poster && playing !== "stream") video.poster = poster;
    if (file && playing !== "file" && (playing === "nothing" || video.paused || video.ended)) playFile(file);
    else if (!file && hls && playing === "nothing") playStream(hls);
  }

  /** @param {string} address */
  function playFile(address) {
    const position = playing === "stream" ? video.currentTime : 0;
    detach();
    playing = "file";
    box.dataset.source = playing;
    video.src = address;
    if (position > 0) {
      video.addEventListener("loadedmetadata", () => video.currentTime = position, { once: true });
    }
  }

  /** @param {string} address */
  function playStream(address) {
    detach();
    playing = "stream";
    box.dataset.source = playing;
    const { signal } = attached;
    attachHls(video, address, signal, fail).then(start, () => signal.aborted || fail(unreachable));
  }

  function start() {
    if (!open || !dream || ended(dream)) return;
    // Rejected by a browser that wants a press of the play button first.
    video.play().catch(() => {});
  }

  /** @param {string} message */
  function fail(message) {
    failure = message;
    tell();
  }

  function detach() {
    attached.abort();
    attached = new AbortController();
    failure = "";
  }

  return {
    element: box,
    show() {
      open = true;
      load();
      tell();
    },
    hide() {
      open = false;
      video.pause();
    },
    update(news) {
      dream = news;
      // A dream that restarts after a server restart starts its stream over, too.
      if (playing === "stream" && !news.links.hls && !news.links.video) {
        detach();
        playing = "nothing";
      }
      load();
      tell();
    },
    close() {
      open = false;
      detach();
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** @param {Dream} dream */
function edgeNote({ progress: { fps }, source: { frameRate } }) {
  const wait = fps && frameRate ? ` A further second is ready in ${roughly(frameRate / fps)}.` : "";
  return `You have caught up with the dream; it goes on by itself.${wait}`;
}
