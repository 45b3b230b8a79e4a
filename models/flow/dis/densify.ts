/**
 * Densification (Kroeger et al. 2016, section 2.2): the flow of a pixel is the weighted mean of the motions of all
 * patches that cover it. A weight says how well the patch explains the pixel.
 */
import type { FlowField } from "../flow.ts";
import type { PatchFlow } from "./inverse_search.ts";
import { PATCH_SIZE } from "./parameters.ts";
import { BORDER, type Level } from "./pyramid.ts";

/** The dense flow of a grid of patches. Weights are 1 / max(1, |difference in brightness|), brightness 0 to 255. */
export function densify(from: Level, to: Level, patches: PatchFlow): FlowField {
  const { width, height } = from;
  const count = width * height;
  const data = new Float32Array(2 * count);
  const weights = new Float32Array(count);
  const { lefts, tops, u, v } = patches;
  for (let row = 0, i = 0; row < tops.length; row++) {
    for (let column = 0; column < lefts.length; column++, i++) {
      spread(from, to, lefts[column]!, tops[row]!, u[i]!, v[i]!, data, weights);
    }
  }
  for (let i = 0; i < count; i++) {
    data[i] = data[i]! / weights[i]!;
    data[count + i] = data[count + i]! / weights[i]!;
  }
  return { width, height, data };
}

/** Adds one patch's motion to the weighted sums of its pixels. */
function spread(
  from: Level,
  to: Level,
  left: number,
  top: number,
  u: number,
  v: number,
  sums: Float32Array,
  weights: Float32Array,
): void {
  const { width, height, values } = from;
  const { values: image, stride } = to.bordered;
  // A patch outside of the image is compared with the nearest place inside.
  const targetX = Math.min(Math.max(left + u, -PATCH_SIZE), to.width) + BORDER;
  const targetY = Math.min(Math.max(top + v, -PATCH_SIZE), to.height) + BORDER;
  const column = Math.floor(targetX);
  const row = Math.floor(targetY);
  const fx = targetX - column;
  const fy = targetY - row;
  const weight11 = fx * fy;
  const weight01 = fx - weight11;
  const weight10 = fy - weight11;
  const weight00 = 1 - fx - weight10;
  const count = width * height;
  for (let y = 0; y < PATCH_SIZE; y++) {
    let i = (top + y) * width + left;
    let j = (row + y) * stride + column;
    for (let x = 0; x < PATCH_SIZE; x++, i++, j++) {
      const difference = weight00 * image[j]! + weight01 * image[j + 1]! + weight10 * image[j + stride]! +
        weight11 * image[j + stride + 1]! - values[i]!;
      const weight = 1 / Math.max(1, Math.abs(difference));
      sums[i] = sums[i]! + weight * u;
      sums[count + i] = sums[count + i]! + weight * v;
      weights[i] = weights[i]! + weight;
    }
  }
}
