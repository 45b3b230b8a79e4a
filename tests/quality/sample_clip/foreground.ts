/** Objects in front of the scene: pines on the near shores and a loose flock of gulls. */
import type { Canvas, Viewpoint } from "./camera.ts";
import type { Landscape } from "./landscape.ts";
import { mix, smoothstep } from "./noise.ts";
import { type CutOut, distanceToSegment } from "./pine.ts";

/** Positions and heights of the pines, the farthest first. */
const PINES = [
  { x: -20.5, z: 34, height: 12, kind: 1 },
  { x: 19.6, z: 33, height: 14.5, kind: 0 },
  { x: 16.3, z: 31, height: 9, kind: 2 },
  { x: 13.6, z: 28, height: 12, kind: 1 },
  { x: -14.6, z: 26, height: 9.5, kind: 2 },
  { x: 10.9, z: 25, height: 4.6, kind: 0 },
  { x: -11.4, z: 23, height: 3.4, kind: 1 },
] as const;

/** Paints the pines, slightly bent by the wind. */
export function paintPines(
  canvas: Canvas,
  pines: readonly CutOut[],
  landscape: Landscape,
  eye: Viewpoint,
  turn: number,
): void {
  PINES.forEach((place, index) => {
    const depth = place.z - eye.z, scale = canvas.focal / depth;
    const base = landscape.heightAt(place.x / place.z, Math.log(place.z)) - 0.35;
    const foot = canvas.rowOf((base - eye.y) / depth), middle = canvas.columnOf((place.x - eye.x) / depth);
    const bend = 0.012 * place.height * scale * Math.sin(2 * turn + index * 1.9);
    const shown = { middle, foot, height: place.height * scale, bend, depth };
    paintCutOut(canvas, pines[place.kind % pines.length]!, shown, index % 2 === 1 ? 0.85 : 1);
  });
}

interface Shown {
  middle: number;
  foot: number;
  height: number;
  bend: number;
  depth: number;
}

function paintCutOut(canvas: Canvas, picture: CutOut, shown: Shown, brightness: number): void {
  const zoom = picture.height / shown.height, half = picture.width / zoom / 2 + Math.abs(shown.bend);
  const top = Math.max(0, Math.floor(shown.foot - shown.height));
  const bottom = Math.min(canvas.height - 1, Math.ceil(shown.foot));
  const left = Math.max(0, Math.floor(shown.middle - half)),
    right = Math.min(canvas.width - 1, shown.middle + half);
  for (let row = top; row <= bottom; row++) {
    const y = (row + 0.5 - (shown.foot - shown.height)) * zoom;
    const lean = shown.bend * Math.max(0, 1 - y / picture.height) ** 2;
    for (let column = left; column <= right; column++) {
      if (canvas.depth[row * canvas.width + column]! < shown.depth) continue;
      const x = (column + 0.5 - shown.middle - lean) * zoom + picture.width / 2;
      paintTexel(canvas, picture, column, row, x, y, zoom, brightness);
    }
  }
}

/** Blends the mean of the picture's square of `size` pixels around (x, y) over a pixel of the canvas. */
function paintTexel(
  canvas: Canvas,
  picture: CutOut,
  column: number,
  row: number,
  x: number,
  y: number,
  size: number,
  brightness: number,
): void {
  const reach = Math.max(1, Math.round(size));
  const left = Math.floor(x - reach / 2), top = Math.floor(y - reach / 2);
  let red = 0, green = 0, blue = 0, alpha = 0;
  for (let j = Math.max(0, top); j < Math.min(picture.height, top + reach); j++) {
    for (let i = Math.max(0, left); i < Math.min(picture.width, left + reach); i++) {
      const at = (j * picture.width + i) * 4, data = picture.data;
      red += data[at]!;
      green += data[at + 1]!;
      blue += data[at + 2]!;
      alpha += data[at + 3]!;
    }
  }
  if (alpha === 0) return;
  const shade = brightness / alpha;
  canvas.cover(column, row, red * shade, green * shade, blue * shade, alpha / reach ** 2);
}

/**
 * Gulls: place in the flock (along, in picture widths; up, as y / z), wing span in picture widths, wing beats
 * per loop.
 */
const GULLS = [
  { along: 0.12, up: 0.185, span: 0.05, beats: 3, phase: 0 },
  { along: 0.2, up: 0.21, span: 0.043, beats: 3, phase: 2.2 },
  { along: 0.03, up: 0.225, span: 0.04, beats: 4, phase: 4 },
  { along: 0.43, up: 0.135, span: 0.026, beats: 4, phase: 1 },
] as const;

/**
 * How far a gull flies in one loop, and over how many loops it is seen: in each it takes its predecessor's
 * place.
 */
const FLIGHT = 0.58, LOOPS = 3;

/** Paints the gulls, which fly to the right. */
export function paintGulls(canvas: Canvas, turn: number): void {
  for (const gull of GULLS) {
    for (let loop = 0; loop < LOOPS; loop++) {
      paintGull(canvas, gull, gull.along + FLIGHT * (loop + turn / (2 * Math.PI) - 1), turn);
    }
  }
}

function paintGull(canvas: Canvas, gull: (typeof GULLS)[number], along: number, turn: number): void {
  const angle = gull.beats * turn + gull.phase, half = gull.span * canvas.width / 2;
  const x = along * canvas.width, heave = 0.1 * half * Math.cos(angle);
  const y = canvas.rowOf(gull.up + 0.02 * Math.sin(along * 5 + gull.phase)) + heave;
  const elbow = mix(-0.05, 0.42, 0.5 + 0.5 * Math.sin(angle)),
    tip = mix(-0.35, 0.5, 0.5 + 0.5 * Math.sin(angle - 0.9));
  const paint = (x0: number, y0: number, x1: number, y1: number, thick: number) =>
    paintBone(canvas, x + x0 * half, y - y0 * half, x + x1 * half, y - y1 * half, thick * half);
  paint(-0.16, -0.03, 0.2, 0.02, 0.075);
  for (const side of [-1, 0.82]) {
    paint(0.03, 0.02, 0.44 * side, elbow, 0.06);
    paint(0.44 * side, elbow, 0.75 * side, mix(elbow, tip, 0.6), 0.045);
    paint(0.75 * side, mix(elbow, tip, 0.6), side, tip, 0.025);
  }
}

function paintBone(canvas: Canvas, x0: number, y0: number, x1: number, y1: number, thick: number): void {
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - thick - 1));
  const right = Math.min(canvas.width - 1, Math.max(x0, x1) + thick + 1);
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - thick - 1));
  const bottom = Math.min(canvas.height - 1, Math.max(y0, y1) + thick + 1);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const away = distanceToSegment(column + 0.5, row + 0.5, x0, y0, x1, y1);
      const cover = smoothstep(thick + 0.7, thick - 0.7, away);
      if (cover > 0) canvas.cover(column, row, 0.06, 0.045, 0.05, cover * 0.95);
    }
  }
}
