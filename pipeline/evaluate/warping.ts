import type { FlowField, FlowPair, Picture } from "../../models/flow/flow.ts";

/** Samples a plane bilinearly at (x, y), which must lie within it. */
function sample(
  plane: Float32Array,
  offset: number,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const left = Math.min(Math.floor(x), width - 1), top = Math.min(Math.floor(y), height - 1);
  const right = Math.min(left + 1, width - 1), bottom = Math.min(top + 1, height - 1);
  const a = x - left, b = y - top;
  const above = (1 - a) * plane[offset + top * width + left]! + a * plane[offset + top * width + right]!;
  const below = (1 - a) * plane[offset + bottom * width + left]! +
    a * plane[offset + bottom * width + right]!;
  return (1 - b) * above + b * below;
}

/**
 * Which pixels of the current picture were visible in the previous one (1) and which were not (0), after
 * Sundaram et al. 2010: forward and backward flow must cancel out; motion boundaries and pixels that come
 * from outside do not count.
 */
export function visiblePixels({ backward, forward }: FlowPair): Uint8Array {
  const { width, height, data } = backward;
  const plane = width * height;
  const visible = new Uint8Array(plane);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const u = data[i]!, v = data[plane + i]!;
      const fromX = x + u, fromY = y + v;
      const inside = fromX >= 0 && fromY >= 0 && fromX <= width - 1 && fromY <= height - 1;
      if (!inside || isBoundary(backward, x, y)) continue;
      const du = u + sample(forward.data, 0, width, height, fromX, fromY);
      const dv = v + sample(forward.data, plane, width, height, fromX, fromY);
      const there = u * u + v * v, back = (du - u) ** 2 + (dv - v) ** 2;
      if (du * du + dv * dv <= 0.01 * (there + back) + 0.5) visible[i] = 1;
    }
  }
  return visible;
}

/** Whether the flow (by central differences) changes so much here that two motions meet. */
function isBoundary({ width, height, data }: FlowField, x: number, y: number): boolean {
  const plane = width * height;
  const left = y * width + Math.max(x - 1, 0), right = y * width + Math.min(x + 1, width - 1);
  const above = Math.max(y - 1, 0) * width + x, below = Math.min(y + 1, height - 1) * width + x;
  let change = 0, length = 0;
  for (const offset of [0, plane]) {
    change += ((data[offset + right]! - data[offset + left]!) / 2) ** 2;
    change += ((data[offset + below]! - data[offset + above]!) / 2) ** 2;
    length += data[offset + y * width + x]! ** 2;
  }
  return change > 0.01 * length + 0.002;
}

/**
 * Mean squared difference, over the visible pixels and their three colours, between a picture and the
 * previous one warped onto it (Lai et al. 2018). 0 if the picture moves exactly as the flow says; undefined
 * if no pixel is visible.
 *
 * @param backward flow from the current to the previous picture
 * @param visible one value per pixel, see {@link visiblePixels}
 */
export function warpingError(
  previous: Picture,
  current: Picture,
  backward: FlowField,
  visible: Uint8Array,
): number | undefined {
  const { width, height } = current;
  const plane = width * height;
  let sum = 0, count = 0;
  for (let i = 0; i < plane; i++) {
    if (!visible[i]) continue;
    const x = i % width + backward.data[i]!, y = Math.floor(i / width) + backward.data[plane + i]!;
    for (let channel = 0; channel < 3; channel++) {
      const warped = sample(previous.pixels, channel * plane, width, height, x, y);
      sum += (current.pixels[channel * plane + i]! - warped) ** 2;
    }
    count++;
  }
  return count === 0 ? undefined : sum / (3 * count);
}
