/** The start of a pair's updates: the result of the previous pair, carried along by its own motion. */
import { consistentCells } from "./consistency.ts";
import type { CoarseFlow, CoarsePair, CoarseState } from "./coarse_flow.ts";

/** The start of one direction of a pair. */
export interface Start extends CoarseState {
  /** Weight of `hidden` in each cell, 0 to 1; the rest comes from the pictures' own state. */
  trust: Float32Array;
}

/**
 * Weight of a carried recurrent state. With RAFT-small on a clip with known motion, six updates with a weight of 0.7 to
 * 0.9 have a smaller error than seven that only start from the flow; a weight of 1 has a larger error.
 */
const trusted = 0.8;

/**
 * The start of the pair after this one (Teed and Deng 2020, section 3.3, "warm start"). Forward flow is carried to
 * where it points, since motion continues; backward flow is carried the opposite way, since what moved from p + w(p) to
 * p will be at p - w(p). Only cells on which both directions agree are carried.
 */
export function startAfter({ forward, backward }: CoarsePair): { forward: Start; backward: Start } {
  const there = consistentCells(forward.flow, backward.flow);
  const back = consistentCells(backward.flow, forward.flow);
  return { forward: carried(forward, 1, there), backward: carried(backward, -1, back) };
}

/** A start without motion and without a previous pair. */
export function startAtRest(rows: number, columns: number, hidden: number): Start {
  const cells = rows * columns;
  return {
    flow: { rows, columns, data: new Float32Array(2 * cells) },
    hidden: new Float32Array(hidden * cells),
    trust: new Float32Array(cells),
  };
}

/**
 * A state carried to p + direction * w(p) from each `reliable` cell p. A cell that none is carried to takes the flow of
 * the nearest cell that has some, and the pictures' own recurrent state.
 */
export function carried({ flow, hidden }: CoarseState, direction: 1 | -1, reliable: Uint8Array): Start {
  const { rows, columns } = flow;
  const source = landed(flow, direction, reliable);
  const trust = Float32Array.from(source, (from) => from < 0 ? 0 : trusted);
  spread(source, rows, columns);
  const data = gathered(flow.data, source);
  return { flow: { rows, columns, data }, hidden: gathered(hidden, source), trust };
}

/** For each cell, the reliable cell whose flow leads nearest to its centre, or -1. */
function landed({ rows, columns, data }: CoarseFlow, direction: number, reliable: Uint8Array): Int32Array {
  const cells = rows * columns;
  const source = new Int32Array(cells).fill(-1);
  const distance = new Float32Array(cells).fill(Infinity);
  for (let cell = 0; cell < cells; cell++) {
    if (!reliable[cell]) continue;
    const x = cell % columns + direction * data[cell]!;
    const y = Math.floor(cell / columns) + direction * data[cells + cell]!;
    const [column, row] = [Math.round(x), Math.round(y)];
    if (!(column >= 0 && column < columns && row >= 0 && row < rows)) continue;
    const target = row * columns + column;
    const off = (x - column) ** 2 + (y - row) ** 2;
    if (off >= distance[target]!) continue;
    distance[target] = off;
    source[target] = cell;
  }
  return source;
}

/** Gives every cell without a source that of its nearest neighbour that has one, ring by ring. */
function spread(source: Int32Array, rows: number, columns: number): void {
  const queue = Array.from(source.keys()).filter((cell) => source[cell]! >= 0);
  for (let next = 0; next < queue.length; next++) {
    const cell = queue[next]!;
    const x = cell % columns, y = Math.floor(cell / columns);
    const neighbours = [
      x > 0 ? cell - 1 : -1,
      x < columns - 1 ? cell + 1 : -1,
      y > 0 ? cell - columns : -1,
      y < rows - 1 ? cell + columns : -1,
    ];
    for (const neighbour of neighbours) {
      if (neighbour < 0 || source[neighbour]! >= 0) continue;
      source[neighbour] = source[cell]!;
      queue.push(neighbour);
    }
  }
}

/** Planes of values, each taken from the cell in `source`; 0 where there is none. */
function gathered(values: Float32Array, source: Int32Array): Float32Array {
  const cells = source.length;
  return values.map((_, i) => {
    const cell = i % cells;
    const from = source[cell]!;
    return from < 0 ? 0 : values[i - cell + from]!;
  });
}
