/** The clip's sound: a soft chord over wind. Like the pictures, it ends where it began. */
import { mix, seededRandom } from "./noise.ts";

/** Samples per second. */
export const SAMPLE_RATE = 48000;

/** A, E, A, C sharp, E and B, in hertz, with their strengths. */
const CHORD = [[110, 0.3], [165, 0.22], [220, 0.2], [277.2, 0.12], [330, 0.12], [493.9, 0.05]] as const;

/** Makes `seconds` of sound: interleaved stereo, -1 … 1. */
export function makeSound(seconds: number): Float32Array {
  const length = Math.round(seconds * SAMPLE_RATE), sound = new Float32Array(length * 2);
  for (const side of [0, 1]) {
    const wind = makeWind(length, 90 + side);
    for (let index = 0; index < length; index++) {
      sound[2 * index + side] = 0.32 * chordAt(index / length, seconds, side) + wind[index]!;
    }
  }
  return sound;
}

/** Each note swells at its own pace and is rounded to a whole number of cycles per loop. */
function chordAt(time: number, seconds: number, side: number): number {
  let sum = 0;
  CHORD.forEach(([pitch, strength], note) => {
    const turns = Math.round(pitch * seconds),
      swell = 0.7 + 0.3 * Math.sin(2 * Math.PI * (time + note * 0.29 + side * 0.2));
    const angle = 2 * Math.PI * turns * time + note + 0.4 * side;
    sum += strength * swell * (Math.sin(angle) + 0.18 * Math.sin(2 * angle) + 0.06 * Math.sin(3 * angle));
  });
  return sum;
}

/**
 * Noise through a low-pass filter that opens and closes like gusts; its end fades into the lead-in to its
 * start.
 */
function makeWind(length: number, seed: number): Float32Array {
  const random = seededRandom(seed), lead = Math.floor(length / 4), noise = new Float32Array(length + lead);
  let first = 0, second = 0;
  for (let index = 0; index < noise.length; index++) {
    const gust = 0.5 + 0.5 * Math.sin(2 * Math.PI * (index - lead) / length + seed);
    const cutoff = mix(0.02, 0.06, gust);
    first += cutoff * (2 * random() - 1 - first);
    second += cutoff * (first - second);
    noise[index] = second * mix(0.5, 1.1, gust);
  }
  return Float32Array.from({ length }, (_, index) => {
    const fade = Math.max(0, (index - (length - lead)) / lead);
    const before = fade > 0 ? noise[index - (length - lead)]! : 0;
    return noise[lead + index]! * Math.sqrt(1 - fade) + before * Math.sqrt(fade);
  });
}
