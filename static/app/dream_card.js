// @ts-check
/// <reference lib="dom" />

/**
 * A dream in the gallery.
 *
 * @import { Dream, Settings, Values } from "./types.ts"
 *
 * @typedef {object} DreamCard
 * @property {HTMLElement} element
 * @property {(dream: Dream) => void} update
 */
import { announce } from "./announce.js";
import { element } from "./element.js";
import { ago, duration, percent, sentence } from "./format.js";
import { icon } from "./icons.js";
import { labelsOf, shownValue } from "./parameter_names.js";
import { title } from "./preset_picker.js";

/**
 * @param {Dream} first
 * @param {{ api: typeof import("./api.js"), settings: Settings, onChange: () => void }} options
 * @returns {DreamCard}
 */
export function createDreamCard(first, { api, settings, onChange }) {
  const { id, name } = first;
  const poster = element("img", { class: "gallery-poster", alt: "", loading: "lazy", decoding: "async" });
  const before = element("img", { class: "gallery-before", alt: "", loading: "lazy", decoding: "async" });
  const badge = element("span", { class: "badge gallery-state" });
  const bar = element("div", {
    class: "progress",
    role: "progressbar",
    "aria-label": `Progress of ${name}`,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
  });
  const facts = element("p", { class: "quiet small figures" });
  const look = element("p", { class: "small gallery-look" });
  const trouble = element("p", { class: "error-line", role: "alert" });
  const actions = element("div", { class: "gallery-actions" });
  const made = element(
    "li",
    { class: "gallery-card", "data-dream": id },
    element(
      "a",
      { class: "gallery-open", href: `#/dream/${id}` },
      element("span", { class: "gallery-name", title: name }, name),
      " ",
      element("span", { class: "gallery-frame" }, poster, before, badge),
    ),
    bar,
    facts,
    look,
    trouble,
    actions,
  );
  /** @type {string | undefined} */
  let shownActions;

  const remove = async () => {
    try {
      await api.deleteDream(id);
      announce(`${name} is deleted`);
      focusNeighbour(made);
      made.remove();
      onChange();
    } catch (error) {
      trouble.textContent = sentence(error instanceof Error ? error.message : String(error));
      showActions(true);
    }
  };

  const askToRemove = () => {
    const keep = element("button", { class: "button button-small", type: "button" }, "Keep");
    actions.replaceChildren(
      element("span", { class: "small gallery-question" }, "Delete it and its video?"),
      keep,
      element(
        "button",
        { class: "button button-small button-danger", type: "button", onclick: remove },
        "Delete",
      ),
    );
    keep.addEventListener("click", () => {
      showActions(true);
      /** @type {HTMLElement | null} */ (actions.querySelector("[data-action=delete]"))?.focus();
    });
    keep.focus();
  };

  let dream = first;

  /** @param {boolean} [fresh] */
  const showActions = (fresh = false) => {
    const wanted = `${dream.links.video ?? ""}`;
    if (!fresh && wanted === shownActions) return;
    // The question stays open until it is answered.
    if (!fresh && actions.querySelector(".gallery-question")) return;
    shownActions = wanted;
    actions.replaceChildren(
      element(
        "a",
        {
          class: "button button-small button-plain",
          href: `#/again/${id}`,
          title: "Dream the same video again, with these settings to begin with",
          "aria-label": `Again: ${name}`,
        },
        icon("again"),
        "Again",
      ),
      ...(dream.links.video
        ? [
          element(
            "a",
            {
              class: "button button-small button-plain",
              href: dream.links.video,
              download: "",
              "aria-label": `Download: ${name}`,
            },
            icon("download"),
            "Download",
          ),
        ]
        : []),
      element(
        "button",
        {
          class: "button button-small button-icon gallery-delete",
          type: "button",
          "data-action": "delete",
          "aria-label": `Delete: ${name}`,
          title: "Delete",
          onclick: askToRemove,
        },
        icon("trash"),
      ),
    );
  };

  /** @param {Dream} next */
  const update = (next) => {
    dream = next;
    made.dataset.state = next.state;
    setPicture(poster, next.links.poster, next);
    setPicture(before, next.links.before, next);
    badge.textContent = stateLine(next);
    badge.classList.toggle("badge-danger", next.state === "failed");
    const share = next.progress.total ? next.progress.frames / next.progress.total : 0;
    bar.hidden = next.state !== "running";
    bar.style.setProperty("--done", String(share));
    bar.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
    facts.textContent = factsLine(next);
    look.textContent = lookLine(next, labelsOf(settings));
    trouble.textContent = sentence(next.error?.message ?? "");
    showActions();
  };
  update(first);
  return { element: made, update };
}

/**
 * @param {HTMLImageElement} image
 * @param {string | undefined} address
 * @param {Dream} dream
 */
function setPicture(image, address, { state }) {
  image.hidden = address === undefined;
  if (address === undefined) return;
  // A running dream's poster is later replaced by a better one.
  const wanted = state === "running" ? `${address}?running` : address;
  if (image.getAttribute("src") !== wanted) image.src = wanted;
}

/** @param {Dream} dream */
function stateLine({ state, progress, queue, paused }) {
  switch (state) {
    case "queued":
      return queue ? queue.position === 1 ? "Next" : `Waits, ${queue.position - 1} before it` : "Waits";
    case "running":
      if (paused) return "Rests";
      return progress.total ? percent(progress.frames / progress.total) : "Dreaming";
    case "done":
      return "Done";
    case "failed":
      return "Failed";
    case "cancelled":
      return "Stopped";
  }
}

/** @param {Dream} dream */
function factsLine({ state, created, source, duration: part, progress, queue }) {
  const length = duration(Math.min(part ?? Infinity, source.duration));
  const size = `${source.width} × ${source.height}`;
  if (state === "running" && progress.eta !== undefined) return `${duration(progress.eta)} left · ${size}`;
  if (state === "queued" && queue?.estimatedStart) {
    const wait = (Date.parse(queue.estimatedStart) - Date.now()) / 1000;
    return `Starts in about ${duration(Math.max(1, wait))} · ${size}`;
  }
  return [ago(created), length, size].filter((word) => word !== "").join(" · ");
}

/**
 * The preset and the settings given on top of it.
 *
 * @param {Dream} dream
 * @param {(name: string) => string} labelOf
 */
function lookLine({ preset, given }, labelOf) {
  const changes = Object.entries(/** @type {Values} */ (given))
    .filter(([name]) => name !== "seed")
    .map(([name, value]) => `${labelOf(name).toLowerCase()} ${shownValue(value)}`);
  const shown = changes.slice(0, 3);
  if (changes.length > 3) shown.push(`${changes.length - 3} more`);
  return [preset === undefined ? "Reverie" : title(preset), ...shown].join(" · ");
}

/** @param {HTMLElement} card */
function focusNeighbour(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const target = next?.querySelector("a") ?? document.getElementById("main");
  target?.focus();
}
