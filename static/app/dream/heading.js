// @ts-check
/// <reference lib="dom" />

import { element } from "../element.js";
import { size } from "../format.js";
import { networkTitle } from "../parameter_names.js";

/** @import { Dream, Network, News } from "../types.ts" */
/** @import { ConnectionState } from "../live_connection.js" */

/** Milliseconds before a lost connection is mentioned. */
const grace = 700;

const stateWords = {
  queued: "Waiting",
  running: "Dreaming",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

/**
 * The dream's name and state, its network, and any problem with it or with the connection.
 *
 * @param {Network[]} networks
 */
export function createHeading(networks) {
  const title = element("h1", { class: "dream-title", id: "dream-title" });
  const badge = element("span", { class: "badge", id: "dream-state" });
  const about = element("p", { class: "dream-about quiet small" });
  const lost = element(
    "p",
    { class: "notice notice-danger", id: "connection-banner", role: "status", hidden: true },
    "Connection lost, trying again. The dream goes on meanwhile.",
  );
  const failure = element("p", { class: "notice notice-danger", id: "dream-error", hidden: true });
  const fetching = element("p", { class: "notice", id: "download-news", hidden: true });
  const warnings = element("ul", { class: "notice warnings", id: "warnings", hidden: true });
  const box = element(
    "header",
    { class: "dream-heading" },
    element("a", { class: "dream-back small", href: "#/" }, "← Studio and all dreams"),
    element("div", { class: "dream-name" }, title, badge, about),
    lost,
    failure,
    fetching,
    warnings,
  );
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  return {
    element: box,

    /** @param {Dream} dream */
    update({ name, state, paused, created, preset, error, parameters }) {
      title.textContent = name;
      const word = state === "running" && paused ? "Resting" : stateWords[state];
      if (badge.textContent !== word) badge.textContent = word;
      badge.dataset.state = state;
      const when = new Date(created).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      const network = `dreamed by ${networkTitle(parameters.model, networks)}`;
      about.textContent = [when, ...(preset ? [`preset ${preset}`] : []), network].join(", ");
      failure.hidden = state !== "failed" || !error;
      failure.textContent = error ? `It failed: ${error.message}` : "";
      if (state !== "running") fetching.hidden = true;
    },

    /** @param {ConnectionState} state */
    connection(state) {
      clearTimeout(timer);
      if (state === "lost") timer = setTimeout(() => lost.hidden = false, grace);
      else lost.hidden = true;
    },

    /** @param {Extract<News, { type: "download" | "warning" }>} news */
    news(news) {
      if (news.type === "warning") {
        warnings.append(element("li", {}, news.message));
        warnings.hidden = false;
        return;
      }
      fetching.hidden = news.done >= news.total;
      fetching.textContent = `Fetching the network, once: ${size(news.done)} of ${size(news.total)}.`;
    },
  };
}
