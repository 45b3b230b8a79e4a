// @ts-check
/// <reference lib="dom" />

/**
 * Which network dreams, and the download of the network that the looks are made for if it is missing.
 *
 * @import { Network, Networks, Settings } from "./types.ts"
 */
import { announce } from "./announce.js";
import { element } from "./element.js";
import { percent, sentence, size } from "./format.js";
import { networkTitle } from "./parameter_names.js";

/** Milliseconds between polls of a running download. */
const pace = 700;

/**
 * @param {object} options
 * @param {typeof import("./api.js")} options.api
 * @param {Settings} options.settings
 * @param {() => void} options.onArrival called when the network has arrived
 * @returns {{ element: HTMLElement, remove: () => void }}
 */
export function createNetworkPanel({ api, settings, onArrival }) {
  const best = settings.plain.madeFor;
  const title = networkTitle(best, settings.networks);
  const line = element("p", { class: "network-line quiet small", id: "network-line", role: "status" });
  const bar = element("div", {
    class: "progress",
    role: "progressbar",
    "aria-label": `Fetching ${title}`,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    hidden: true,
  });
  const button = element("button", { class: "button button-small", type: "button", id: "fetch-network" });
  const made = element(
    "div",
    { class: "network-panel" },
    element("div", { class: "network-row" }, line, button),
    bar,
  );
  button.hidden = true;
  const leaving = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let missed = false;

  /** @param {Networks} told */
  const show = ({ dreams, mayFetch, networks }) => {
    const network = networks.find(({ name }) => name === best);
    const running = network?.fetch?.running === true;
    line.textContent = words(title, networkTitle(dreams, networks), network, mayFetch);
    button.hidden = !network || network.here || running || !mayFetch;
    button.textContent = `${network?.fetch?.error ? "Try again" : "Fetch it"} (${size(network?.size ?? 0)})`;
    showProgress(bar, running ? network.fetch : undefined);
    if (network?.here && missed) {
      missed = false;
      announce(`${title} is here`);
      onArrival();
    }
    missed ||= network !== undefined && !network.here;
    if (running) timer = setTimeout(look, pace);
  };

  const look = async () => {
    try {
      show(await api.getNetworks(leaving.signal));
    } catch {
      // The line keeps its text; another part of the page reports that the server cannot be reached.
      if (!leaving.signal.aborted) timer = setTimeout(look, 5 * pace);
    }
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      show(await api.fetchNetwork(best));
    } catch (error) {
      line.textContent = sentence(error instanceof Error ? error.message : String(error));
    } finally {
      button.disabled = false;
    }
  });
  look();

  return {
    element: made,
    remove: () => {
      leaving.abort();
      clearTimeout(timer);
    },
  };
}

/**
 * @param {string} title of the network that the looks are made for
 * @param {string} dreaming title of the network that dreams now
 * @param {Network | undefined} network
 * @param {boolean} mayFetch
 */
function words(title, dreaming, network, mayFetch) {
  if (!network || network.here) return `${dreaming} dreams.`;
  const { running, error, done, total } = network.fetch ?? {};
  if (running && done !== undefined && total !== undefined) {
    return `Fetching the network, once: ${size(done)} of ${size(total)}. Until then ${dreaming} dreams.`;
  }
  if (running) return `Asking for ${title}. Until then ${dreaming} dreams.`;
  if (error) return `${dreaming} dreams. ${sentence(error)}`;
  const who = mayFetch ? "" : " Whoever runs this server can fetch it.";
  return `${dreaming} dreams. ${title}, which these pictures are of, is not here yet.${who}`;
}

/**
 * @param {HTMLElement} bar
 * @param {Network["fetch"]} fetching
 */
function showProgress(bar, fetching) {
  bar.hidden = fetching === undefined;
  const share = fetching?.total ? (fetching.done ?? 0) / fetching.total : 0;
  bar.style.setProperty("--done", String(share));
  bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
  bar.setAttribute("aria-valuetext", percent(share));
}
