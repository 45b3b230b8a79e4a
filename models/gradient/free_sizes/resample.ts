import { elementCount, floatTensor, numbersOf, type Tensor } from "../../onnx/model.ts";
import { scaledSize, type Scaling } from "./regroup.ts";

/** Positions in one axis: rows times columns after some that stand for no place, such as a class token. */
interface Tokens {
  before: number;
  from: [rows: number, columns: number];
  to: [rows: number, columns: number];
}

/**
 * A constant of positions resampled linearly to other sizes; undefined if its axes cannot be understood. An axis is either
 * one of the picture, or holds all positions of it, row by row.
 */
export function resampled(tensor: Tensor, target: number[], scaling: Scaling): Tensor | undefined {
  const grown = target.flatMap((size, axis) => size === tensor.dims[axis] ? [] : [axis]);
  let result = { dims: tensor.dims, values: numbersOf(tensor) };
  for (const axis of grown) {
    const [from, to] = [tensor.dims[axis]!, target[axis]!];
    const isLine = target.length >= 3 && axis >= target.length - 2 &&
      (grown.length > 1 || isSideOf(from, to, scaling));
    const tokens = isLine ? undefined : tokensOf(from, to, scaling);
    if (!isLine && !tokens) return undefined;
    result = tokens ? alongTokens(result, axis, tokens) : along(result, axis, to);
  }
  return floatTensor(result.values, result.dims);
}

interface Values {
  dims: number[];
  values: number[];
}

function isSideOf(size: number, wanted: number, { from, to }: Scaling): boolean {
  return wanted === scaledSize(size, from.height, to.height) ||
    wanted === scaledSize(size, from.width, to.width);
}

/** Finds the stride at which an axis of `from` elements holds all positions of the declared picture. */
function tokensOf(from: number, to: number, scaling: Scaling): Tokens | undefined {
  const { from: declared, to: wanted } = scaling;
  for (let stride = 1; stride <= Math.min(declared.height, declared.width); stride++) {
    const grid: [number, number] = [
      Math.floor(declared.height / stride),
      Math.floor(declared.width / stride),
    ];
    const before = from - grid[0] * grid[1];
    if (before < 0 || before > 8) continue;
    for (const round of [Math.floor, Math.ceil]) {
      const now: [number, number] = [round(wanted.height / stride), round(wanted.width / stride)];
      if (to === before + now[0] * now[1]) return { before, from: grid, to: now };
    }
  }
  return undefined;
}

function alongTokens({ dims, values }: Values, axis: number, { before, from, to }: Tokens): Values {
  const size = dims[axis]!;
  const [outer, inner] = [elementCount(dims.slice(0, axis)), elementCount(dims.slice(axis + 1))];
  const part = (block: number, start: number, end: number) =>
    values.slice((block * size + start) * inner, (block * size + end) * inner);
  const blocks = Array.from({ length: outer }, (_, block) => {
    const grid = { dims: [...from, inner], values: part(block, before, size) };
    return [...part(block, 0, before), ...along(along(grid, 0, to[0]), 1, to[1]).values];
  });
  return { dims: dims.with(axis, before + to[0] * to[1]), values: blocks.flat() };
}

/** Linear interpolation between centres, as Resize does it. */
function along({ dims, values }: Values, axis: number, size: number): Values {
  const from = dims[axis]!;
  const inner = elementCount(dims.slice(axis + 1));
  const next = dims.with(axis, size);
  const result = Array.from({ length: elementCount(next) }, (_, place) => {
    const index = Math.floor(place / inner) % size;
    const block = Math.floor(place / inner / size) * from;
    const centre = Math.min(Math.max((index + 0.5) * from / size - 0.5, 0), from - 1);
    const low = Math.floor(centre);
    const at = (i: number) => values[(block + Math.min(i, from - 1)) * inner + place % inner]!;
    return at(low) + (centre - low) * (at(low + 1) - at(low));
  });
  return { dims: next, values: result };
}
