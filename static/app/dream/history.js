// @ts-check
/// <reference lib="dom" />

/** Longest history; beyond it every other value is dropped. */
const longest = 1200;
/** Milliseconds between two writes. */
const rhythm = 3000;

/**
 * The measurements of the frames so far, kept in the browser's tab so that a reload loses nothing.
 *
 * @typedef {{ index: number, loss: number, motion: number, visible: number }} Measure
 */
export class History {
  /** @type {Measure[]} */
  measures;
  #key;
  #written = 0;

  /** @param {string} id of the dream */
  constructor(id) {
    this.#key = `reverie:measures:${id}`;
    this.measures = this.#read();
  }

  /** @param {Measure} measure */
  add({ index, loss, motion, visible }) {
    const last = this.measures.at(-1);
    // A restarted dream replaces the earlier measurements of the same frames.
    if (last && index <= last.index) this.measures = this.measures.filter((one) => one.index < index);
    this.measures.push({ index, loss, motion, visible });
    if (this.measures.length > longest) {
      this.measures = this.measures.filter((_, position) => position % 2 === 1);
    }
    if (performance.now() - this.#written > rhythm) this.write();
  }

  write() {
    this.#written = performance.now();
    try {
      sessionStorage.setItem(this.#key, JSON.stringify(this.measures));
    } catch {
      // Storage is full or forbidden: the curves start empty after a reload.
    }
  }

  /** @returns {Measure[]} */
  #read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.#key) ?? "[]");
    } catch {
      return [];
    }
  }
}
