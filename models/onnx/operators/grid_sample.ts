import { listed } from "./axes.ts";
import type { GradientContext } from "./gradient_context.ts";
import type { GradientRule, Operator, ShapeRule, UpgradeRule } from "./operator.ts";
import type { Value } from "./value.ts";

const shape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const grid = c.dims(1);
  if (grid.length !== dims.length || grid.at(-1) !== dims.length - 2 || grid[0] !== dims[0]) {
    throw new Error(`a grid ${listed([grid])} does not fit ${listed([dims])}`);
  }
  return [{ type, dims: [dims[0]!, dims[1]!, ...grid.slice(1, -1)] }];
};

/** Operator set 20 renamed the modes, and samples volumes, too. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset < 20) return c.keep();
  const rank = c.rank(0);
  if (rank !== undefined && rank !== 4) {
    c.refuse("only pictures of [batch, channels, height, width] are supported");
  }
  const mode = c.string("mode", "linear");
  const names: Record<string, string> = { linear: "bilinear", cubic: "bicubic" };
  c.change({ attributes: { ...c.node.attributes, mode: { kind: "string", value: names[mode] ?? mode } } });
};

/** How positions are read: the attributes, and the number of elements along an axis. */
interface Sampling {
  size: number;
  /** What lies outside: "zeros", the "border"'s elements, or a mirror image ("reflection"). */
  padding: string;
  /** Whether -1 and 1 are the outer pixels' centres, not their borders. */
  aligned: boolean;
}

/** One axis of the sampling positions, each [batch, points]. */
interface Axis {
  size: number;
  /** The lower neighbour, as a whole float; with zero padding it may lie outside. */
  low: Value;
  /** Distance from the lower neighbour, in [0, 1). */
  fraction: Value;
  /** How much the position moves when the grid value moves: elements a unit, 0 where it is held at the border. */
  slope: Value;
}

/** One of the four neighbours. */
interface Corner {
  /** Row of the flattened picture [batch * height * width, channels], [batch * points] int64. */
  index: Value;
  /** Its bilinear weight, 0 where it lies outside, [batch * points, 1]. */
  weight: Value;
  /** Derivatives of the weight along x and y, [batch * points, 1]. */
  slopes: [x: Value, y: Value];
}

/** Mirrors positions at the outer pixels' centres or borders; returns the sign of its derivative too. */
function reflected(
  c: GradientContext,
  position: Value,
  { size, aligned }: Sampling,
): { position: Value; sign: Value } {
  const start = aligned ? 0 : -0.5;
  const span = aligned ? size - 1 : size;
  if (span === 0) return { position: position.mul(0), sign: c.number(0) };
  const offset = position.sub(start);
  const distance = offset.abs();
  const turns = distance.div(2 * span).floor();
  const phase = distance.sub(turns.mul(2 * span));
  const returning = phase.greater(span);
  const folded = returning.where(phase.subFrom(2 * span), phase);
  return { position: folded.add(start), sign: offset.sign().mul(returning.where(-1, 1)) };
}

/** From the grid's [-1, 1] to elements. */
function axisOf(c: GradientContext, grid: Value, sampling: Sampling): Axis {
  const { size, padding, aligned } = sampling;
  const unit = (aligned ? size - 1 : size) / 2;
  let position = grid.mul(unit).add((size - 1) / 2);
  let slope = c.number(unit);
  if (padding === "reflection") {
    const mirrored = reflected(c, position, sampling);
    position = mirrored.position;
    slope = mirrored.sign.mul(slope);
  }
  if (padding !== "zeros") {
    slope = position.isBetween(0, size - 1).indicator().mul(slope);
    position = position.clip(0, size - 1);
  }
  const low = position.floor();
  return { size, low, fraction: position.sub(low), slope };
}

/** The neighbour on one side along one axis: its place, its weight and the weight's sign of growth. */
function neighbour({ low, fraction }: Axis, upper: boolean): { place: Value; weight: Value; sign: number } {
  return upper
    ? { place: low.add(1), weight: fraction, sign: 1 }
    : { place: low, weight: fraction.subFrom(1), sign: -1 };
}

function cornersOf(c: GradientContext, x: Axis, y: Axis, batch: number, points: number): Corner[] {
  const flat = (value: Value) => value.reshape([batch * points, 1]);
  const starts = Int32Array.from({ length: batch }, (_, n) => n * x.size * y.size);
  const firstRow = c.fixed({ type: "int32", dims: [batch, 1], data: starts });
  const width = c.fixed({ type: "int32", dims: [], data: Int32Array.of(x.size) });
  return [[false, false], [true, false], [false, true], [true, true]].map(([right, below]) => {
    const across = neighbour(x, right!);
    const down = neighbour(y, below!);
    const column = across.place.clip(0, x.size - 1);
    const row = down.place.clip(0, y.size - 1);
    const visible = column.equal(across.place).indicator().mul(row.equal(down.place).indicator());
    const inRow = row.cast("int32").mul(width).add(column.cast("int32"));
    const signed = (weight: Value, sign: number) => flat(visible.mul(weight).mul(sign));
    return {
      index: inRow.add(firstRow).cast("int64").reshape([batch * points]),
      weight: flat(visible.mul(across.weight.mul(down.weight))),
      slopes: [signed(down.weight, across.sign), signed(across.weight, down.sign)],
    };
  });
}

/** [batch, channels, height, width] as [batch * height * width, channels]. */
function pixelRows(value: Value): Value {
  const [batch, channels, height, width] = value.dims as [number, number, number, number];
  return value.transpose([0, 2, 3, 1]).reshape([batch * height * width, channels]);
}

/** The picture's gradient: every corner takes its share, those that meet are summed. */
function pictureGradient(c: GradientContext, rows: Value, corners: Corner[]): Value {
  const [batch, channels, height, width] = c.a.dims as [number, number, number, number];
  const side = ([first, ...others]: Value[]) => first!.concat(others, 0);
  const shares = side(corners.map(({ weight }) => rows.mul(weight)));
  const column = side(corners.map(({ index }) => index)).op("Unsqueeze", [rows.ints(1)]);
  const indices = column.expand([1, channels]);
  // Not ScatterND, whose sums may race with each other in onnxruntime's threads.
  return c.zeros([batch * height * width, channels])
    .op("ScatterElements", [indices, shares], { axis: 0, reduction: "add" })
    .reshape([batch, height, width, channels])
    .transpose([0, 3, 1, 2]);
}

/** The grid's gradient: how the sampled value changes as the position moves. */
function gridGradient(c: GradientContext, rows: Value, corners: Corner[], axes: [x: Axis, y: Axis]): Value {
  const picture = pixelRows(c.a);
  const [batch, height, width] = c.b.dims as [number, number, number];
  const pulls = corners.map(({ index }) => rows.mul(picture.gather(index)).reduceSum([1]));
  const [x, y] = axes.map(({ slope }, direction) => {
    const parts = corners.map(({ slopes }, i) => pulls[i]!.mul(slopes[direction]!));
    const total = parts.reduce((sum, part) => sum.add(part));
    return total.reshape([batch, height * width]).mul(slope);
  }).map((value) => value.reshape([batch, height, width, 1])) as [Value, Value];
  return x.concat([y], 3);
}

/** Bilinear sampling (Jaderberg et al. 2015, spatial transformers), for the picture and the grid. */
const gradient: GradientRule = (c) => {
  const { a: picture, b: grid } = c;
  const mode = c.string("mode", "bilinear");
  if ((mode !== "bilinear" && mode !== "linear") || picture.rank !== 4) {
    c.refuse("can only be differentiated in bilinear mode on pictures");
  }
  const [batch, , height, width] = picture.dims as [number, number, number, number];
  const points = grid.dims[1]! * grid.dims[2]!;
  const padding = c.string("padding_mode", "zeros");
  const aligned = c.int("align_corners", 0) === 1;
  const along = (index: number, size: number) => {
    const coordinate = grid.slice([index], [index + 1], [3]).reshape([batch, points]);
    return axisOf(c, coordinate, { size, padding, aligned });
  };
  const [x, y] = [along(0, width), along(1, height)];
  const corners = cornersOf(c, x, y, batch, points);
  const rows = pixelRows(c.grad);
  return [
    c.needs(0) ? pictureGradient(c, rows, corners) : undefined,
    c.needs(1) ? gridGradient(c, rows, corners, [x, y]) : undefined,
  ];
};

/** Sampling at computed positions. */
export const gridSample: Operator = { shape, upgrade, gradient };
