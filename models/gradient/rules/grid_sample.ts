import { invalidParameter } from "../../errors.ts";
import { intAttribute, stringAttribute } from "../../onnx/model.ts";
import { indicator, zeros } from "../broadcast.ts";
import type { Rule, RuleContext } from "../registry.ts";

/** One axis of the sampling positions, each [batch, points]. */
interface Axis {
  size: number;
  /** The lower neighbour, as a whole float; with zero padding it may lie outside. */
  low: string;
  /** Distance from the lower neighbour, in [0, 1). */
  fraction: string;
  /** How much the position moves when the grid value moves: elements a unit, 0 where it is held at the border. */
  slope: string;
}

/** One of the four neighbours. */
interface Corner {
  /** Row of the flattened picture [batch * height * width, channels], [batch * points] int64. */
  index: string;
  /** Its bilinear weight, 0 where it lies outside, [batch * points, 1]. */
  weight: string;
  /** Derivatives of the weight along x and y, [batch * points, 1]. */
  slopes: [x: string, y: string];
}

/** From the grid's [-1, 1] to elements: -1 and 1 are the outer pixels' centres (align_corners) or their borders. */
function denormalize(
  c: RuleContext,
  grid: string,
  size: number,
  aligned: boolean,
): { position: string; unit: number } {
  const unit = (aligned ? size - 1 : size) / 2;
  const scaled = c.g.mul(grid, c.g.scalar(unit));
  return { position: c.g.add(scaled, c.g.scalar((size - 1) / 2)), unit };
}

/** Mirrors positions at the outer pixels' centres or borders; returns the sign of its derivative too. */
function reflect(
  c: RuleContext,
  position: string,
  size: number,
  aligned: boolean,
): { position: string; sign: string } {
  const { g } = c;
  const start = aligned ? 0 : -0.5;
  const span = aligned ? size - 1 : size;
  if (span === 0) return { position: g.mul(position, g.scalar(0)), sign: g.scalar(0) };
  const offset = g.sub(position, g.scalar(start));
  const distance = g.abs(offset);
  const turns = g.floor(g.div(distance, g.scalar(2 * span)));
  const phase = g.sub(distance, g.mul(turns, g.scalar(2 * span)));
  const returning = g.greater(phase, g.scalar(span));
  const folded = g.where(returning, g.sub(g.scalar(2 * span), phase), phase);
  const direction = g.where(returning, g.scalar(-1), g.scalar(1));
  return { position: g.add(folded, g.scalar(start)), sign: g.mul(g.op("Sign", [offset]), direction) };
}

function axisOf(c: RuleContext, grid: string, size: number, padding: string, aligned: boolean): Axis {
  const { g } = c;
  const { position: raw, unit } = denormalize(c, grid, size, aligned);
  let position = raw;
  let slope = g.scalar(unit);
  if (padding === "reflection") {
    const mirrored = reflect(c, raw, size, aligned);
    position = mirrored.position;
    slope = g.mul(mirrored.sign, slope);
  }
  if (padding !== "zeros") {
    const inside = g.and(g.greater(position, g.scalar(0)), g.less(position, g.scalar(size - 1)));
    slope = g.mul(indicator(c, inside), slope);
    position = g.clip(position, 0, size - 1);
  }
  const low = g.floor(position);
  return { size, low, fraction: g.sub(position, low), slope };
}

/** The neighbour on one side along one axis: its place, its weight and the weight's sign of growth. */
function neighbour(
  c: RuleContext,
  axis: Axis,
  upper: boolean,
): { place: string; weight: string; sign: number } {
  const { g } = c;
  return upper
    ? { place: g.add(axis.low, g.scalar(1)), weight: axis.fraction, sign: 1 }
    : { place: axis.low, weight: g.sub(g.scalar(1), axis.fraction), sign: -1 };
}

function cornersOf(c: RuleContext, x: Axis, y: Axis, batch: number, points: number): Corner[] {
  const { g } = c;
  const flat = (value: string) => g.reshape(value, [batch * points, 1]);
  const starts = Int32Array.from({ length: batch }, (_, n) => n * x.size * y.size);
  const firstRow = g.constant({ type: "int32", dims: [batch, 1], data: starts });
  const width = g.constant({ type: "int32", dims: [], data: Int32Array.of(x.size) });
  return [[false, false], [true, false], [false, true], [true, true]].map(([right, below]) => {
    const across = neighbour(c, x, right!);
    const down = neighbour(c, y, below!);
    const column = g.clip(across.place, 0, x.size - 1);
    const row = g.clip(down.place, 0, y.size - 1);
    const visible = g.mul(
      indicator(c, g.op("Equal", [column, across.place])),
      indicator(c, g.op("Equal", [row, down.place])),
    );
    const inRow = g.add(g.mul(g.cast(row, "int32"), width), g.cast(column, "int32"));
    const index = g.cast(g.add(inRow, firstRow), "int64");
    const signed = (weight: string, sign: number) => g.mul(g.mul(visible, weight), g.scalar(sign));
    return {
      index: g.reshape(index, [batch * points]),
      weight: flat(g.mul(visible, g.mul(across.weight, down.weight))),
      slopes: [flat(signed(down.weight, across.sign)), flat(signed(across.weight, down.sign))],
    };
  });
}

/** [batch, channels, height, width] as [batch * height * width, channels]. */
function pixelRows(c: RuleContext, value: string, dims: number[]): string {
  const [batch, channels, height, width] = dims as [number, number, number, number];
  return c.g.reshape(c.g.transpose(value, [0, 2, 3, 1]), [batch * height * width, channels]);
}

/** The picture's gradient: every corner takes its share, those that meet are summed. */
function pictureGradient(c: RuleContext, rows: string, corners: Corner[], dims: number[]): string {
  const { g } = c;
  const [batch, channels, height, width] = dims as [number, number, number, number];
  const shares = g.concat(corners.map((corner) => g.mul(rows, corner.weight)), 0);
  const column = g.op("Unsqueeze", [g.concat(corners.map((corner) => corner.index), 0), g.ints(1)]);
  const indices = g.op("Expand", [column, g.ints(1, channels)]);
  const empty = zeros(c, [batch * height * width, channels]);
  // Not ScatterND, whose sums may race with each other in onnxruntime's threads.
  const sum = g.op("ScatterElements", [empty, indices, shares], { axis: 0, reduction: "add" });
  return g.transpose(g.reshape(sum, [batch, height, width, channels]), [0, 3, 1, 2]);
}

/** The grid's gradient: how the sampled value changes as the position moves. */
function gridGradient(
  c: RuleContext,
  rows: string,
  corners: Corner[],
  x: Axis,
  y: Axis,
  grid: number[],
): string {
  const { g } = c;
  const picture = pixelRows(c, c.node.inputs[0]!, c.shape(c.node.inputs[0]!));
  const [batch, height, width] = grid as [number, number, number];
  const pulls = corners.map((corner) =>
    g.reduceSum(g.mul(rows, g.op("Gather", [picture, corner.index])), [1])
  );
  const along = (direction: 0 | 1, axis: Axis) => {
    const parts = corners.map((corner, i) => g.mul(pulls[i]!, corner.slopes[direction]));
    const total = parts.reduce((sum, part) => g.add(sum, part));
    return g.mul(g.reshape(total, [batch, height * width]), axis.slope);
  };
  const pair = [along(0, x), along(1, y)].map((value) => g.reshape(value, [batch, height, width, 1]));
  return g.concat(pair, 3);
}

/** GridSample (Jaderberg et al. 2015, spatial transformers), bilinear, for the picture and the grid. */
const gridSample: Rule = (c) => {
  const [picture, grid] = c.node.inputs as [string, string];
  const mode = stringAttribute(c.node, "mode", "bilinear");
  const dims = c.shape(picture);
  if ((mode !== "bilinear" && mode !== "linear") || dims.length !== 4) {
    throw invalidParameter(
      "layers",
      `GridSample "${c.node.name}" can only be differentiated in bilinear mode on pictures`,
    );
  }
  const [batch, , height, width] = dims as [number, number, number, number];
  const gridDims = c.shape(grid);
  const points = gridDims[1]! * gridDims[2]!;
  const padding = stringAttribute(c.node, "padding_mode", "zeros");
  const aligned = intAttribute(c.node, "align_corners", 0) === 1;
  const coordinate = (index: number) =>
    c.g.reshape(c.g.slice(grid, [index], [index + 1], [3]), [batch, points]);
  const x = axisOf(c, coordinate(0), width, padding, aligned);
  const y = axisOf(c, coordinate(1), height, padding, aligned);
  const corners = cornersOf(c, x, y, batch, points);
  const rows = pixelRows(c, c.grads[0]!, c.shape(c.node.outputs[0]!));
  return [
    c.needs(0) ? pictureGradient(c, rows, corners, dims) : undefined,
    c.needs(1) ? gridGradient(c, rows, corners, x, y, gridDims) : undefined,
  ];
};

/** Sampling at computed positions. */
export const gridSampleRules: Record<string, Rule> = { GridSample: gridSample };
