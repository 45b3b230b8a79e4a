/**
 * A small seeded random number generator whose entire state is one 32-bit integer, so that it fits in a
 * checkpoint: mulberry32 (Tommy Ettinger, public domain).
 */
export class Random {
  /** The state; a generator created from it continues where this one is. */
  state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** The next integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** The next number in [0, 1). */
  #next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
