/**
 * A clip with exactly known motion: a picture that pans, rotates and grows, with a disc of another picture in
 * front.
 */
import type { FlowField, FlowPair, Picture } from "../../../models/flow/flow.ts";
import { pairFolder, readPair } from "./middlebury.ts";
import type { SharedFile } from "../../shared_data.ts";

/** Motion of a layer from frame to frame, about the middle of the frame. */
export interface LayerMotion {
  /** Pixels to the right and down. */
  velocity: [number, number];
  /** Rotation in radians, from the x axis to the y axis. */
  turn: number;
  /** Scale factor; 1 for no growth. */
  zoom: number;
}

/** Motion of both layers. */
export type Motions = Readonly<Record<"background" | "foreground", LayerMotion>>;

/** A clip to draw. */
export interface LayeredClip {
  width: number;
  height: number;
  motions: Motions;
  /** Both at least as large as the frames. */
  background: Picture;
  foreground: Picture;
}

type Point = [number, number];

/** Motion as in a calm video. */
export const calm: Motions = {
  background: { velocity: [2.3, -1.1], turn: 0.004, zoom: 1.005 },
  foreground: { velocity: [-3.4, 1.7], turn: -0.012, zoom: 1 },
};

/** Motion that is large for pictures of a few hundred pixels: up to 40 pixels per frame, with rotation. */
export const fast: Motions = {
  background: { velocity: [12, -6], turn: 0.03, zoom: 1.01 },
  foreground: { velocity: [-28, 14], turn: -0.1, zoom: 1 },
};

/** The photographs of the shared data from which clips are drawn. */
export const photographs: readonly SharedFile[] = ["Grove3", "Urban2"].map(pairFolder);

/** A clip of this size made from {@link photographs}. */
export async function layeredClip(
  width: number,
  height: number,
  motions = calm,
): Promise<LayeredClip> {
  const { previous: background } = await readPair("Grove3");
  const { previous: foreground } = await readPair("Urban2");
  return { width, height, motions, background, foreground };
}

/** The frame at time `t` (0, 1, …). */
export function frameAt(clip: LayeredClip, t: number): Picture {
  const { width, height } = clip;
  const count = width * height;
  const pixels = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const { picture, motion } = layerAt(clip, t, i);
    const [x, y] = still(clip, motion, t, pointOf(clip, i));
    const left = (picture.width - width) / 2, top = (picture.height - height) / 2;
    for (let channel = 0; channel < 3; channel++) {
      pixels[channel * count + i] = sample(picture, channel, x + left, y + top);
    }
  }
  return { width, height, pixels };
}

/**
 * The true motion between the frames at t and t + 1 in both directions, also at hidden and uncovered places.
 */
export function motionAfter(clip: LayeredClip, t: number): FlowPair {
  return { forward: motion(clip, t, t + 1), backward: motion(clip, t + 1, t) };
}

function motion(clip: LayeredClip, from: number, to: number): FlowField {
  const { width, height } = clip;
  const count = width * height;
  const data = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = pointOf(clip, i);
    const layer = layerAt(clip, from, i).motion;
    const [toX, toY] = moved(clip, layer, to, still(clip, layer, from, [x, y]));
    data[i] = toX - x;
    data[count + i] = toY - y;
  }
  return { width, height, data };
}

function pointOf({ width }: LayeredClip, i: number): Point {
  return [i % width, Math.floor(i / width)];
}

function layerAt(clip: LayeredClip, t: number, i: number): { picture: Picture; motion: LayerMotion } {
  const { width, height, motions } = clip;
  const [x, y] = still(clip, motions.foreground, t, pointOf(clip, i));
  // The disc starts to the right of the middle and above it.
  const inside = Math.hypot(x - 0.65 * width, y - 0.35 * height) < 0.22 * height;
  return inside
    ? { picture: clip.foreground, motion: motions.foreground }
    : { picture: clip.background, motion: motions.background };
}

/** The position at time t of a layer's point at time 0. */
function moved(
  { width, height }: LayeredClip,
  { velocity, turn, zoom }: LayerMotion,
  t: number,
  [x, y]: Point,
): Point {
  const [a, b] = [x - width / 2, y - height / 2];
  const [cosine, sine] = [zoom ** t * Math.cos(turn * t), zoom ** t * Math.sin(turn * t)];
  return [
    cosine * a - sine * b + width / 2 + velocity[0] * t,
    sine * a + cosine * b + height / 2 + velocity[1] * t,
  ];
}

/** The position at time 0 of a layer's point at time t. */
function still(
  { width, height }: LayeredClip,
  { velocity, turn, zoom }: LayerMotion,
  t: number,
  [x, y]: Point,
): Point {
  const [a, b] = [x - width / 2 - velocity[0] * t, y - height / 2 - velocity[1] * t];
  const [cosine, sine] = [Math.cos(turn * t) / zoom ** t, Math.sin(turn * t) / zoom ** t];
  return [cosine * a + sine * b + width / 2, cosine * b - sine * a + height / 2];
}

/** Samples a picture between its pixels, bilinearly; mirrored beyond its border. */
function sample({ width, height, pixels }: Picture, channel: number, x: number, y: number): number {
  const left = Math.floor(x), top = Math.floor(y);
  const [a, b] = [x - left, y - top];
  const at = (column: number, row: number) =>
    pixels[(channel * height + mirrored(row, height)) * width + mirrored(column, width)]!;
  return (1 - b) * ((1 - a) * at(left, top) + a * at(left + 1, top)) +
    b * ((1 - a) * at(left, top + 1) + a * at(left + 1, top + 1));
}

function mirrored(index: number, size: number): number {
  const period = 2 * size;
  const place = ((index % period) + period) % period;
  return place < size ? place : period - 1 - place;
}
