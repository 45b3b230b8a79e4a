import type { FlowField } from "../flow.ts";

/** One component (0: u, 1: v) of a half-size flow at pixel (x, y) of the full size: bilinear, in full-size pixels. */
export function sampleCoarse(
  { width, height, data }: FlowField,
  component: 0 | 1,
  x: number,
  y: number,
): number {
  // The centre of a coarse pixel is the centre of the 2 x 2 pixels that it covers.
  const coarseX = Math.min(Math.max((x - 0.5) / 2, 0), width - 1);
  const coarseY = Math.min(Math.max((y - 0.5) / 2, 0), height - 1);
  const left = Math.floor(coarseX);
  const top = Math.floor(coarseY);
  const fx = coarseX - left;
  const fy = coarseY - top;
  const upper = component * width * height + top * width;
  const lower = top + 1 < height ? upper + width : upper;
  const right = Math.min(left + 1, width - 1);
  const above = data[upper + left]! + fx * (data[upper + right]! - data[upper + left]!);
  const below = data[lower + left]! + fx * (data[lower + right]! - data[lower + left]!);
  return 2 * (above + fy * (below - above));
}
