import { cell } from "../../networks/raft/architecture.ts";
import type { CoarseFlow } from "./coarse_flow.ts";

/**
 * 1 for every cell whose flow leads to a place whose flow leads back, otherwise 0 (Sundaram et al. 2010):
 * |w~ + w^|^2 <= 0.01 (|w~|^2 + |w^|^2) + 0.5 in pixels, with w^ the other flow at p + w~(p). Cells that lead out of the
 * picture are not consistent.
 */
export function consistentCells(there: CoarseFlow, back: CoarseFlow): Uint8Array {
  const { rows, columns, data } = there;
  const cells = rows * columns;
  const consistent = new Uint8Array(cells);
  for (let i = 0; i < cells; i++) {
    const u = data[i]!, v = data[cells + i]!;
    const x = i % columns + u, y = Math.floor(i / columns) + v;
    if (!(x >= 0 && x <= columns - 1 && y >= 0 && y <= rows - 1)) continue;
    const [backU, backV] = sampled(back, x, y);
    const off = (u + backU) ** 2 + (v + backV) ** 2;
    const length = u ** 2 + v ** 2 + backU ** 2 + backV ** 2;
    if (cell ** 2 * off <= 0.01 * cell ** 2 * length + 0.5) consistent[i] = 1;
  }
  return consistent;
}

/** The share of cells that are marked, 0 to 1. */
export function share(marked: Uint8Array): number {
  return marked.reduce((sum, mark) => sum + mark, 0) / marked.length;
}

/** Flow between cells, bilinearly; (x, y) is inside. */
function sampled({ rows, columns, data }: CoarseFlow, x: number, y: number): [number, number] {
  const left = Math.floor(x), top = Math.floor(y);
  const right = Math.min(left + 1, columns - 1), bottom = Math.min(top + 1, rows - 1);
  const a = x - left, b = y - top;
  const at = (plane: number) => {
    const value = (row: number, column: number) => data[(plane * rows + row) * columns + column]!;
    const upper = (1 - a) * value(top, left) + a * value(top, right);
    return (1 - b) * upper + b * ((1 - a) * value(bottom, left) + a * value(bottom, right));
  };
  return [at(0), at(1)];
}
