/**
 * The linearised data term of variational refinement: constancy of brightness and of its gradient (Brox et al. 2004).
 * Each constraint is divided by the length of its own gradient, so that it is in pixels (Zimmer et al. 2011).
 */
import type { FlowField } from "../flow.ts";
import { derivativeX, derivativeY } from "./derivative.ts";
import type { Level } from "./pyramid.ts";

/** Values per pixel in {@link linearise}'s result: three constraints a u + b v + c = 0. */
export const CONSTRAINT_VALUES = 9;

/** Squared gradients (in grey levels per pixel) far below this are treated as noise and count little. */
const NOISE = 4;

/**
 * Three constraints a u + b v + c = 0 on the flow (u, v) of each pixel: equal brightness, equal derivative to the
 * right, and equal derivative downwards, with the second image warped by the given flow. All are zero where the flow
 * leaves the image.
 */
export function linearise(from: Level, to: Level, flow: FlowField): Float32Array {
  const { width, height } = from;
  const count = width * height;
  const { warped, visible } = warp(to, flow);
  const mean = new Float32Array(count);
  const change = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    mean[i] = 0.5 * (warped[i]! + from.values[i]!);
    change[i] = warped[i]! - from.values[i]!;
  }
  const size = { width, height };
  const x = derivativeX({ ...size, values: mean });
  const y = derivativeY({ ...size, values: mean });
  const xx = derivativeX({ ...size, values: x });
  const xy = derivativeY({ ...size, values: x });
  const yy = derivativeY({ ...size, values: y });
  const changeX = derivativeX({ ...size, values: change });
  const changeY = derivativeY({ ...size, values: change });
  const result = new Float32Array(CONSTRAINT_VALUES * count);
  for (let i = 0, k = 0; i < count; i++, k += CONSTRAINT_VALUES) {
    if (!visible[i]) continue;
    const u = flow.data[i]!;
    const v = flow.data[count + i]!;
    put(result, k, x[i]!, y[i]!, change[i]!, u, v);
    put(result, k + 3, xx[i]!, xy[i]!, changeX[i]!, u, v);
    put(result, k + 6, xy[i]!, yy[i]!, changeY[i]!, u, v);
  }
  return result;
}

function put(
  result: Float32Array,
  at: number,
  a: number,
  b: number,
  change: number,
  u: number,
  v: number,
): void {
  const scale = 1 / Math.sqrt(a * a + b * b + NOISE);
  result[at] = scale * a;
  result[at + 1] = scale * b;
  result[at + 2] = scale * (change - a * u - b * v);
}

/** The second image, warped bilinearly by the flow, and which pixels are inside the image. */
function warp(to: Level, { width, height, data }: FlowField): { warped: Float32Array; visible: Uint8Array } {
  const count = width * height;
  const warped = new Float32Array(count);
  const visible = new Uint8Array(count);
  const { values: image } = to;
  const lastX = width - 1;
  const lastY = height - 1;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const targetX = x + data[i]!;
      const targetY = y + data[count + i]!;
      visible[i] = targetX >= 0 && targetY >= 0 && targetX <= lastX && targetY <= lastY ? 1 : 0;
      const insideX = Math.min(Math.max(targetX, 0), lastX);
      const insideY = Math.min(Math.max(targetY, 0), lastY);
      const left = Math.floor(insideX);
      const top = Math.floor(insideY);
      const fx = insideX - left;
      const fy = insideY - top;
      const upper = top * width + left;
      const lower = top < lastY ? upper + width : upper;
      const next = left < lastX ? 1 : 0;
      const above = image[upper]! + fx * (image[upper + next]! - image[upper]!);
      const below = image[lower]! + fx * (image[lower + next]! - image[lower]!);
      warped[i] = above + fy * (below - above);
    }
  }
  return { warped, visible };
}
