/** Pairs of pictures drawn from an endless texture under an exactly known motion. */
import type { FlowField, Picture } from "../../../models/flow/flow.ts";

/** Maps a point of the first picture to its position in the second. */
export type Motion = (x: number, y: number) => [number, number];

/** A motion together with its inverse. */
export interface Movement {
  forward: Motion;
  backward: Motion;
}

export const still: Movement = translation(0, 0);

/** Everything moves by (u, v) pixels. */
export function translation(u: number, v: number): Movement {
  return { forward: (x, y) => [x + u, y + v], backward: (x, y) => [x - u, y - v] };
}

/** Rotates by `radians` (from the x axis to the y axis) and scales by `zoom` about a centre. */
export function similarity(centreX: number, centreY: number, radians: number, zoom: number): Movement {
  return {
    forward: turn(centreX, centreY, zoom * Math.cos(radians), zoom * Math.sin(radians)),
    backward: turn(centreX, centreY, Math.cos(radians) / zoom, -Math.sin(radians) / zoom),
  };
}

function turn(centreX: number, centreY: number, cosine: number, sine: number): Motion {
  return (x, y) => [
    centreX + cosine * (x - centreX) - sine * (y - centreY),
    centreY + sine * (x - centreX) + cosine * (y - centreY),
  ];
}

/** Two pictures of the texture, the second one after the motion. */
export function movedPair(width: number, height: number, { backward }: Movement): [Picture, Picture] {
  return [
    draw(width, height, (x, y) => texture(x, y)),
    draw(width, height, (x, y) => texture(...backward(x, y))),
  ];
}

/** A picture of a grey value from 0 to 1 per position, slightly tinted. */
export function draw(width: number, height: number, grey: (x: number, y: number) => number): Picture {
  const count = width * height;
  const pixels = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const value = grey(i % width, Math.floor(i / width));
    pixels[i] = value;
    pixels[count + i] = 0.9 * value;
    pixels[2 * count + i] = 0.8 * value + 0.1;
  }
  return { width, height, pixels };
}

/** The flow of a motion on a grid. */
export function trueFlow(width: number, height: number, motion: Motion): FlowField {
  const count = width * height;
  const data = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    const [toX, toY] = motion(x, y);
    data[i] = toX - x;
    data[count + i] = toY - y;
  }
  return { width, height, data };
}

/** Waves of many lengths (5 to 60 pixels) and directions: smooth, within 0 to 1, and without repetition. */
export function texture(x: number, y: number): number {
  let sum = 0;
  for (const { waveX, waveY, phase, height } of waves) {
    sum += height * Math.sin(waveX * x + waveY * y + phase);
  }
  return 0.5 + 0.45 * Math.tanh(sum);
}

const waves = Array.from({ length: 24 }, (_, i) => {
  // Golden ratios spread lengths, directions and phases without a random generator.
  const length = 5 * 12 ** ((0.618 * i) % 1);
  const direction = Math.PI * ((0.382 * i + 0.1) % 1);
  return {
    waveX: (2 * Math.PI / length) * Math.cos(direction),
    waveY: (2 * Math.PI / length) * Math.sin(direction),
    phase: 2.4 * i,
    height: 0.25,
  };
});
