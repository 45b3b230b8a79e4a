import { elementCount } from "../../onnx/model.ts";

/** Height and width in pixels. */
export interface Picture {
  height: number;
  width: number;
}

/** The size of the network's input that its numbers were written for, and the one that it gets. */
export interface Scaling {
  from: Picture;
  to: Picture;
}

/** A size of a feature map at another picture size. Strided convolutions with padding round up. */
export function scaledSize(size: number, from: number, to: number): number {
  return Math.ceil(size * to / from - 1e-9);
}

/**
 * The target of a Reshape whose input has another size than when the target was written; undefined if it cannot be told.
 * Axes are compared in the smallest groups with equal products: [1, 116, 28, 28] to [1, 2, 58, 28, 28] leaves the two last
 * axes alone, so they keep their new sizes; [1, 196, 768] to [1, 14, 14, 768] divides an axis into rows and columns.
 *
 * @param input the input's shape when the target was written
 * @param target the output's shape then
 * @param now the input's shape now
 */
export function regrouped(
  input: number[],
  target: number[],
  now: number[],
  scaling: Scaling,
): number[] | undefined {
  const result: number[] = [];
  let [i, j] = [0, 0];
  while (i < input.length || j < target.length) {
    const [start, first] = [i, j];
    let [left, right] = [input[i++] ?? 1, target[j++] ?? 1];
    while (left !== right) {
      if (i >= input.length && j >= target.length) return undefined;
      if (left < right || j >= target.length) left *= input[i++] ?? NaN;
      else right *= target[j++] ?? NaN;
      if (Number.isNaN(left + right)) return undefined;
    }
    const sizes = divided(input.slice(start, i), target.slice(first, j), now.slice(start, i), scaling);
    if (!sizes) return undefined;
    result.push(...sizes);
  }
  return result.slice(0, target.length);
}

/** The new sizes of one group of the target. */
function divided(
  input: number[],
  target: number[],
  now: number[],
  { from, to }: Scaling,
): number[] | undefined {
  if (now.every((size, axis) => size === input[axis])) return target;
  const count = elementCount(now);
  if (target.length <= 1) return target.length === 1 ? [count] : [];
  const fits = (sizes: number[]) => elementCount(sizes) === count;
  for (const [row, column] of rowsAndColumns(target, from)) {
    const sizes = target
      .with(row, scaledSize(target[row]!, from.height, to.height))
      .with(column, scaledSize(target[column]!, from.width, to.width));
    if (fits(sizes)) return sizes;
  }
  // One axis takes all of the growth: the outer one, as in a division into windows of a fixed size.
  for (const [axis, size] of target.entries()) {
    const grown = target.with(axis, count / (elementCount(target) / size));
    if (size > 1 && Number.isInteger(grown[axis])) return grown;
  }
  return undefined;
}

/** Pairs of axes that may stand for rows and columns, the likeliest first. */
function rowsAndColumns(target: number[], { height, width }: Picture): [number, number][] {
  const pairs = target.flatMap((_, row) => target.map((_, column) => [row, column] as [number, number]))
    .filter(([row, column]) => row < column && target[row]! > 1 && target[column]! > 1);
  // The axes before the columns make up the height, the others the width, as in [rows, window, columns, window].
  const splits = ([, column]: [number, number]) =>
    elementCount(target.slice(0, column)) * width === elementCount(target.slice(column)) * height;
  return [...pairs.filter(splits), ...pairs.filter((pair) => !splits(pair))];
}
