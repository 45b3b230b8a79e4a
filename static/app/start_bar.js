// @ts-check
/// <reference lib="dom" />

/**
 * The button that starts a dream, and the progress of its upload.
 *
 * @typedef {import("./upload.js").UploadHooks} UploadHooks
 *
 * @typedef {object} StartBar
 * @property {HTMLElement} element
 * @property {() => boolean} busy
 * @property {(reason: Error) => void} leave aborts a running upload, which can be resumed later
 */
import { announce } from "./announce.js";
import { element } from "./element.js";
import { duration, percent, size } from "./format.js";

/** The abort reason of an upload that may be resumed later. */
export class PausedError extends Error {
  /** @override */
  name = "PausedError";
}

/**
 * @param {object} options
 * @param {(hooks: UploadHooks, signal: AbortSignal) => Promise<void>} options.start
 * @param {(error: unknown) => string} options.explain shows an error where it belongs, and returns it as one
 *   line
 * @returns {StartBar}
 */
export function createStartBar({ start, explain }) {
  const button = element("button", { class: "button button-primary start", type: "button", id: "start" });
  button.textContent = "Start dreaming";
  const bar = element("div", {
    class: "progress",
    id: "upload-progress",
    role: "progressbar",
    "aria-label": "Upload",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  const told = element("p", { class: "small figures", id: "upload-status" });
  const cancel = element(
    "button",
    { class: "button button-small", type: "button", id: "upload-cancel" },
    "Cancel",
  );
  const error = element("p", { class: "error-line", id: "start-error", role: "alert" });
  const sending = element(
    "div",
    { class: "upload", hidden: true },
    bar,
    element("div", { class: "upload-line" }, told, cancel),
  );
  const made = element("div", { class: "start-bar" }, error, button, sending);
  /** @type {AbortController | undefined} */
  let running;

  /** @param {boolean} busy */
  const showBusy = (busy) => {
    button.hidden = busy;
    sending.hidden = !busy;
  };

  const begin = async () => {
    const mine = running = new AbortController();
    const { signal } = mine;
    error.textContent = "";
    button.disabled = true;
    const pace = paceOf();
    try {
      await start({
        progress: (sent, total) => {
          if (signal.aborted) return;
          if (sending.hidden) {
            showBusy(true);
            announce("Uploading");
            cancel.focus();
          }
          const share = total > 0 ? sent / total : 1;
          bar.style.setProperty("--done", String(share));
          bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
          told.textContent = share >= 1 ? "Uploaded. The server looks at it…" : pace(sent, total);
        },
        connection: (lost) => {
          if (!lost || signal.aborted) return;
          showBusy(true);
          told.textContent = "The connection is lost. The upload goes on as soon as it is back.";
          announce(told.textContent);
        },
      }, signal);
    } catch (problem) {
      if (!signal.aborted) error.textContent = explain(problem);
    } finally {
      const held = sending.contains(document.activeElement);
      running = undefined;
      button.disabled = false;
      showBusy(false);
      if (held) button.focus();
    }
  };
  const warn = (/** @type {BeforeUnloadEvent} */ event) => {
    if (running) event.preventDefault();
  };

  button.addEventListener("click", begin);
  cancel.addEventListener("click", () => {
    running?.abort();
    announce("The upload is cancelled");
  });
  addEventListener("beforeunload", warn);

  return {
    element: made,
    busy: () => running !== undefined,
    leave: (reason) => {
      removeEventListener("beforeunload", warn);
      running?.abort(reason);
    },
  };
}

/**
 * Returns a function that describes an upload's progress and the remaining time at the pace so far.
 *
 * @returns {(sent: number, total: number) => string}
 */
function paceOf() {
  const begun = performance.now();
  /** @type {number | undefined} */
  let first;
  return (sent, total) => {
    first ??= sent;
    const seconds = (performance.now() - begun) / 1000;
    const rate = (sent - first) / seconds;
    const rest = seconds > 2 && rate > 0 ? ` · ${duration((total - sent) / rate)} left` : "";
    return `Uploading: ${percent(sent / total)} of ${size(total)}${rest}`;
  };
}
