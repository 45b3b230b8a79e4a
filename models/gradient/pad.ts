import type { RuleContext } from "./registry.ts";

/**
 * Adds zeros before and after each axis; negative amounts cut off. One amount an axis; nothing is appended to the
 * graph where all amounts are zero.
 */
export function padOrCrop(
  c: RuleContext,
  value: string,
  dims: number[],
  before: number[],
  after: number[],
): string {
  const axes = dims.map((_, axis) => axis);
  const cropped = axes.filter((axis) => before[axis]! < 0 || after[axis]! < 0);
  let result = value;
  if (cropped.length > 0) {
    const starts = cropped.map((axis) => Math.max(0, -before[axis]!));
    const ends = cropped.map((axis) => dims[axis]! - Math.max(0, -after[axis]!));
    result = c.g.slice(result, starts, ends, cropped);
  }
  const pads = [...before, ...after].map((amount) => Math.max(0, amount));
  return pads.some((amount) => amount > 0) ? c.g.op("Pad", [result, c.g.ints(...pads)]) : result;
}

/** {@link padOrCrop} on the spatial axes of a [batch, channels, …] value. */
export function padOrCropSpatial(
  c: RuleContext,
  value: string,
  dims: number[],
  before: number[],
  after: number[],
): string {
  return padOrCrop(c, value, dims, [0, 0, ...before], [0, 0, ...after]);
}
