/** Flow as a picture: hue is the direction, saturation the speed (Baker et al. 2011, the Middlebury colour wheel). */
import type { FlowField } from "./flow.ts";

/** Options of {@link flowColour}. */
export interface FlowColourOptions {
  /** Speed in pixels at full saturation; faster pixels are darker. Default: the highest speed in the field. */
  fullSpeed?: number;
}

/** Colours per segment of the wheel: red - yellow - green - cyan - blue - magenta - red. */
const SEGMENTS = [15, 6, 4, 11, 13, 6];
/** Values of at least this size mean that the motion is unknown. */
const UNKNOWN = 1e9;

/**
 * A flow field as rgb24, row by row: white where nothing moves, black where the motion is unknown. Motion to the right
 * is red, down yellow, to the left cyan to blue, and up violet.
 */
export function flowColour(flow: FlowField, options: FlowColourOptions = {}): Uint8Array {
  const { width, height, data } = flow;
  const count = width * height;
  const fullSpeed = options.fullSpeed ?? largestSpeed(flow);
  const rgb = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    const u = data[i]!;
    const v = data[count + i]!;
    if (!known(u, v)) continue;
    paint(rgb, 3 * i, u, v, fullSpeed > 0 ? Math.hypot(u, v) / fullSpeed : 0);
  }
  return rgb;
}

function paint(rgb: Uint8Array, at: number, u: number, v: number, speed: number): void {
  const turn = (Math.atan2(-v, -u) / Math.PI + 1) / 2;
  const place = turn * (wheel.length - 1);
  const index = Math.floor(place);
  const from = wheel[index]!;
  const to = wheel[(index + 1) % wheel.length]!;
  for (let channel = 0; channel < 3; channel++) {
    const hue = from[channel]! + (place - index) * (to[channel]! - from[channel]!);
    rgb[at + channel] = Math.floor(255 * (speed <= 1 ? 1 - speed * (1 - hue) : 0.75 * hue));
  }
}

function largestSpeed({ width, height, data }: FlowField): number {
  const count = width * height;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const u = data[i]!;
    const v = data[count + i]!;
    if (known(u, v)) largest = Math.max(largest, Math.hypot(u, v));
  }
  return largest;
}

/** False for NaN too. */
function known(u: number, v: number): boolean {
  return Math.abs(u) < UNKNOWN && Math.abs(v) < UNKNOWN;
}

/** The 55 hues of the wheel, RGB in [0, 1]: in each segment one channel rises or falls while another is full. */
const wheel = SEGMENTS.flatMap((length, segment) => {
  const full = [0, 1, 1, 2, 2, 0][segment]!;
  const changing = [1, 0, 2, 1, 0, 2][segment]!;
  return Array.from({ length }, (_, step) => {
    const colour = [0, 0, 0];
    colour[full] = 1;
    colour[changing] = segment % 2 === 0 ? step / length : 1 - step / length;
    return colour;
  });
});
