// @ts-check
/// <reference lib="dom" />

/** Longest history; beyond it every other value is left out. */
const longest = 1200;
/** Milliseconds between two writes. */
const rhythm = 3000;

/**
 * What the frames so far told, kept in the browser's tab so that a reload loses nothing.
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
    // A dream that begins anew takes the place of what was made of these frames before.
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
      // Storage that is full or forbidden: the curves then begin anew after a reload.
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
