/** Seeded random numbers and the smooth noise behind everything in the sample clip. */

/** A function that returns the next number in [0, 1): a Weyl sequence through an integer mixer. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mixBits(state) / 2 ** 32;
  };
}

/** A number in [0, 1) that depends only on the integers x and y and on `salt`. */
export function hash(x: number, y: number, salt = 0): number {
  return mixBits(Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(salt + 1, 0x5bd1e995)) /
    2 ** 32;
}

/** 0 below `from`, 1 above `to`, a cubic in between. `from` may be the larger one. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
}

/** `value` clamped to [low, high]. */
export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** Linear interpolation from a (t = 0) to b (t = 1). */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** Gradient noise (Perlin 2002, quintic fade) in about [-1, 1], one feature per unit. */
export function noise(x: number, y: number): number {
  const left = Math.floor(x), top = Math.floor(y);
  const fx = x - left, fy = y - top;
  const i = left & 255, j = top & 255;
  const a = GRADIENT_INDEX[i]! + j, b = GRADIENT_INDEX[i + 1]! + j;
  const sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10), sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const upper = mix(slope(a, fx, fy), slope(b, fx - 1, fy), sx);
  const lower = mix(slope(a + 1, fx, fy - 1), slope(b + 1, fx - 1, fy - 1), sx);
  return mix(upper, lower, sy) * 1.4;
}

/** Octaves of noise, each twice as fine and half as strong, rotated so that their lattices never align. */
export function fractalNoise(x: number, y: number, octaves: number): number {
  let sum = 0, strength = 0.5;
  for (let octave = 0; octave < octaves; octave++) {
    sum += strength * noise(x, y);
    [x, y] = [1.62 * x + 1.21 * y + 17.3, 1.62 * y - 1.21 * x + 5.9];
    strength *= 0.5;
  }
  return sum;
}

/** Ridged multifractal (Musgrave 1994) in about [0, 1]: sharp crests with rough flanks and smooth valley floors. */
export function ridgedNoise(x: number, y: number, octaves: number): number {
  let sum = 0, strength = 0.5, weight = 1;
  for (let octave = 0; octave < octaves; octave++) {
    const crest = 1 - Math.abs(noise(x, y));
    const signal = crest * crest * weight;
    sum += strength * signal;
    weight = clamp(signal * 1.7, 0, 1);
    [x, y] = [1.62 * x + 1.21 * y + 31.7, 1.62 * y - 1.21 * x + 11.1];
    strength *= 0.5;
  }
  return sum;
}

function mixBits(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A shuffle of 0 … 255, repeated so that index sums need no wrapping. */
const GRADIENT_INDEX = (() => {
  const random = seededRandom(1);
  const order = Array.from({ length: 256 }, (_, index) => index);
  for (let last = 255; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return Uint8Array.from({ length: 768 }, (_, index) => order[index & 255]!);
})();
const GRADIENT_X = Float64Array.from({ length: 256 }, (_, index) => Math.cos(index * 2.399963));
const GRADIENT_Y = Float64Array.from({ length: 256 }, (_, index) => Math.sin(index * 2.399963));

function slope(index: number, dx: number, dy: number): number {
  const gradient = GRADIENT_INDEX[index]!;
  return GRADIENT_X[gradient]! * dx + GRADIENT_Y[gradient]! * dy;
}
