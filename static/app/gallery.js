// @ts-check
/// <reference lib="dom" />

/**
 * The earlier dreams, newest first, kept up to date while the page is visible.
 *
 * @import { Dream, Settings } from "./types.ts"
 * @import { DreamCard } from "./dream_card.js"
 */
import { createDreamCard } from "./dream_card.js";
import { element } from "./element.js";

/** Milliseconds between polls: while something happens, and while nothing does. */
const pace = { busy: 2000, idle: 15000 };

/** Number of dreams shown before more are requested. */
const page = 12;

/**
 * @param {{ api: typeof import("./api.js"), settings: Settings }} options
 * @returns {{ element: HTMLElement, remove: () => void }}
 */
export function createGallery({ api, settings }) {
  const list = element("ul", { class: "gallery-cards", id: "dreams" });
  const empty = element(
    "div",
    { class: "gallery-empty", hidden: true },
    element("p", {}, "Nothing dreamed yet."),
    element("p", { class: "quiet" }, "Your dreams appear here, and stay until you delete them."),
  );
  const trouble = element("p", { class: "error-line", id: "gallery-error", role: "status" });
  const more = element("button", { class: "button", type: "button", hidden: true }, "Show more");
  const made = element(
    "section",
    { class: "gallery", "aria-labelledby": "gallery-title" },
    element("h2", { id: "gallery-title" }, "Your dreams"),
    trouble,
    empty,
    list,
    more,
  );
  /** @type {Map<string, DreamCard>} */
  const cards = new Map();
  /** @type {Dream[]} */
  let dreams = [];
  let shown = page;
  const leaving = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const show = () => {
    const visible = dreams.slice(0, shown);
    const ids = new Set(visible.map(({ id }) => id));
    for (const [id, card] of cards) {
      if (ids.has(id)) continue;
      card.element.remove();
      cards.delete(id);
    }
    visible.forEach((dream, index) => {
      const card = cards.get(dream.id) ?? createDreamCard(dream, { api, settings, onChange: look });
      cards.set(dream.id, card);
      card.update(dream);
      // Only misplaced cards move, so that the focus stays where it is.
      if (list.children[index] !== card.element) {
        list.insertBefore(card.element, list.children[index] ?? null);
      }
    });
    empty.hidden = dreams.length > 0;
    more.hidden = dreams.length <= shown;
  };

  async function look() {
    clearTimeout(timer);
    try {
      dreams = await api.listDreams(leaving.signal);
      trouble.textContent = "";
      show();
    } catch (error) {
      if (leaving.signal.aborted) return;
      trouble.textContent = error instanceof Error ? error.message : String(error);
    }
    if (leaving.signal.aborted || document.hidden) return;
    const busy = dreams.some(({ state }) => state === "queued" || state === "running");
    clearTimeout(timer);
    timer = setTimeout(look, busy ? pace.busy : pace.idle);
  }

  more.addEventListener("click", () => {
    const first = shown;
    shown += page;
    show();
    /** @type {HTMLElement | null | undefined} */
    const link = list.children[first]?.querySelector("a");
    link?.focus();
  });
  document.addEventListener("visibilitychange", () => document.hidden || look(), { signal: leaving.signal });
  addEventListener("online", look, { signal: leaving.signal });
  look();

  return {
    element: made,
    remove: () => {
      leaving.abort();
      clearTimeout(timer);
    },
  };
}
