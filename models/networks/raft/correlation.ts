/**
 * All-pairs correlation (Teed and Deng 2020, section 3.2): the similarity of each cell of one picture to every cell of
 * the other, as a pyramid, and the lookup around the cell that flow points to.
 */
import type { GraphBuilder } from "../../onnx/build.ts";
import { floatTensor, type Tensor } from "../../onnx/model.ts";
import { pyramidLevels } from "./architecture.ts";
import type { Grid } from "./padding.ts";
import type { RaftGraph } from "./raft_graph.ts";

/** Rows and columns of each level of the pyramid, from the finest; a last odd row or column is dropped. */
export function levelGrids({ rows, columns }: Grid): Grid[] {
  return Array.from(
    { length: pyramidLevels },
    (_, level) => ({ rows: rows >> level, columns: columns >> level }),
  );
}

/**
 * The dot products of the features of every pair of cells, divided by the square root of the number of channels: from
 * two [n, channels, rows, columns] to [n, rows * columns, rows * columns].
 */
export function allPairs(
  g: GraphBuilder,
  a: string,
  b: string,
  { batch, channels, grid }: { batch: number; channels: number; grid: Grid },
): string {
  const cells = grid.rows * grid.columns;
  const rows = g.transpose(g.reshape(a, [batch, channels, cells]), [0, 2, 1]);
  // Scaling before the product touches fewer numbers.
  const scaled = g.mul(rows, g.scalar(1 / Math.sqrt(channels)));
  return g.matmul(scaled, g.reshape(b, [batch, channels, cells]));
}

/** The volume with both pictures exchanged, without a second product. */
export function exchanged(g: GraphBuilder, volume: string): string {
  return g.transpose(volume, [0, 2, 1]);
}

/**
 * The pyramid of a volume [n, cells, cells]: for each cell of the first picture the correlations with the second one,
 * averaged over 1x1, 2x2, 4x4 and 8x8 cells. Level l is [n * cells, 1, rows >> l, columns >> l].
 */
export function pyramid(g: GraphBuilder, volume: string, batch: number, grid: Grid): string[] {
  const { rows, columns } = grid;
  let level = g.reshape(volume, [batch * rows * columns, 1, rows, columns]);
  const levels = [level];
  while (levels.length < pyramidLevels) {
    level = g.op("AveragePool", [level], { kernel_shape: [2, 2], strides: [2, 2] });
    levels.push(level);
  }
  return levels;
}

/**
 * Correlations of each cell with the (2 radius + 1)^2 cells around the point that its flow leads to, on each level of
 * the pyramid: from flow [n, 2, rows, columns] in cells to [n * rows * columns, levels * (2 radius + 1)^2]. Cells
 * beyond the border count as zero.
 */
export function lookup(
  net: RaftGraph,
  levels: readonly string[],
  flow: string,
  { batch, grid }: { batch: number; grid: Grid },
): string {
  const { g, architecture: { radius } } = net;
  const cells = grid.rows * grid.columns;
  const side = 2 * radius + 1;
  const target = g.add(flow, net.constant("cells", () => cellPositions(grid)));
  const centres = g.reshape(g.transpose(target, [0, 2, 3, 1]), [batch * cells, 2]);
  const found = levelGrids(grid).map((size, level) => {
    const positions = g.reshape(around(net, centres, size, level), [batch * cells, side, side, 2]);
    const attributes = { mode: "bilinear", padding_mode: "zeros", align_corners: 0 };
    const samples = g.op("GridSample", [levels[level]!, positions], attributes);
    return g.reshape(samples, [batch * cells, side * side]);
  });
  return g.concat(found, 1);
}

/** The position of every cell, [1, 2, rows, columns]: column, then row. */
function cellPositions({ rows, columns }: Grid): Tensor {
  const cells = rows * columns;
  const values = Float32Array.from(
    { length: 2 * cells },
    (_, i) => i < cells ? i % columns : Math.floor((i - cells) / columns),
  );
  return floatTensor(values, [1, 2, rows, columns]);
}

/**
 * The windows around centres [n, 2] (column and row on the finest level) in GridSample's coordinates on another level,
 * [n, side * side * 2]. As in the authors' code, columns vary along the first axis. A matrix product is faster here
 * than an addition with such short rows.
 *
 * GridSample's coordinates run from -1 to 1 between the outer edges: the centre of cell x is at
 * (2 x + 1) / size - 1. Coordinates between the centres of the outer cells (`align_corners`) give the same samples,
 * but fail for levels that are one cell wide.
 */
function around(net: RaftGraph, centres: string, { rows, columns }: Grid, level: number): string {
  const { g, architecture: { radius } } = net;
  const toColumn: number[] = [], toRow: number[] = [], offsets: number[] = [];
  for (let dx = -radius; dx <= radius; dx++) {
    for (let dy = -radius; dy <= radius; dy++) {
      toColumn.push(2 / columns / 2 ** level, 0);
      toRow.push(0, 2 / rows / 2 ** level);
      offsets.push((2 * dx + 1) / columns - 1, (2 * dy + 1) / rows - 1);
    }
  }
  const factors = net.constant(
    `toLevel${level}`,
    () => floatTensor([...toColumn, ...toRow], [2, offsets.length]),
  );
  return g.op("Gemm", [centres, factors, net.constant(`window${level}`, () => floatTensor(offsets))]);
}
