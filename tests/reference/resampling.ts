import { floatAttribute, intAttribute, type Node, stringAttribute } from "../../models/onnx/model.ts";
import { at, forEachIndex, generate, inside, type NdArray } from "./nd_array.ts";
import { type Call, input, type Operators } from "./operator.ts";

/** One axis of a Resize. */
interface Axis {
  input: number;
  output: number;
  scale: number;
  /** Region of interest in normalised coordinates, used by tf_crop_and_resize. */
  from: number;
  to: number;
}

function axesOf(call: Call): Axis[] {
  const x = input(call, 0);
  const [roi, scales, sizes] = [call.inputs[1]?.data, call.inputs[2]?.data, call.inputs[3]?.data];
  const rank = x.dims.length;
  return x.dims.map((size, axis) => {
    const region = roi?.length ? { from: roi[axis]!, to: roi[axis + rank]! } : { from: 0, to: 1 };
    if (!scales?.length) {
      return { input: size, output: sizes![axis]!, scale: sizes![axis]! / size, ...region };
    }
    const scale = scales[axis]!;
    const cropping =
      stringAttribute(call.node, "coordinate_transformation_mode", "") === "tf_crop_and_resize";
    const source = cropping ? size * (region.to - region.from) : size;
    return { input: size, output: Math.floor(source * scale), scale, ...region };
  });
}

/** The formulas of the attribute coordinate_transformation_mode. */
function sourceCoordinate(mode: string, x: number, { input, output, scale, from, to }: Axis): number {
  switch (mode) {
    case "half_pixel":
      return (x + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return output > 1 ? (x + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return output === 1 ? 0 : x * (input - 1) / (output - 1);
    case "asymmetric":
      return x / scale;
    case "tf_crop_and_resize":
      return output > 1
        ? from * (input - 1) + x * (to - from) * (input - 1) / (output - 1)
        : 0.5 * (from + to) * (input - 1);
    default:
      throw new TypeError(`unknown coordinate_transformation_mode ${mode}`);
  }
}

const nearest: Record<string, (x: number) => number> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** The input elements and weights that an output coordinate mixes along one axis. */
function taps(node: Node, axis: Axis, coordinate: number): [position: number, weight: number][] {
  const limit = (i: number) => Math.min(Math.max(i, 0), axis.input - 1);
  if (axis.scale === 1 && axis.input === axis.output) return [[coordinate, 1]];
  const mode = stringAttribute(node, "coordinate_transformation_mode", "half_pixel");
  const source = sourceCoordinate(mode, coordinate, axis);
  if (stringAttribute(node, "mode", "nearest") === "nearest") {
    return [[limit(nearest[stringAttribute(node, "nearest_mode", "round_prefer_floor")]!(source)), 1]];
  }
  if (mode === "tf_crop_and_resize" && (source < 0 || source > axis.input - 1)) return [];
  const below = Math.floor(source);
  const t = source - below;
  if (stringAttribute(node, "mode", "nearest") === "linear") {
    return [[limit(below), 1 - t], [limit(below + 1), t]];
  }
  const around = [-1, 0, 1, 2].map((offset) => ({ place: below + offset, weight: cubic(node, t - offset) }));
  const excluding = intAttribute(node, "exclude_outside", 0) === 1;
  const kept = around.filter(({ place }) => !excluding || place === limit(place));
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ place, weight }) => [limit(place), weight / total]);
}

/** Keys's kernel (1981, "Cubic convolution interpolation for digital image processing"). */
function cubic(node: Node, signed: number): number {
  const a = floatAttribute(node, "cubic_coeff_a", -0.75);
  const d = Math.abs(signed);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

/** One-dimensional interpolations, applied separately along each axis. */
function resize(call: Call): NdArray[] {
  const x = input(call, 0);
  const axes = axesOf(call);
  const outside = floatAttribute(call.node, "extrapolation_value", 0);
  const table = axes.map((axis) => Array.from({ length: axis.output }, (_, i) => taps(call.node, axis, i)));
  return [generate(axes.map(({ output }) => output), (index) => {
    const perAxis = index.map((i, axis) => table[axis]![i]!);
    if (perAxis.some((list) => list.length === 0)) return outside;
    let sum = 0;
    forEachIndex(perAxis.map((list) => list.length), (choice) => {
      const chosen = choice.map((i, axis) => perAxis[axis]![i]!);
      const weight = chosen.reduce((product, [, w]) => product * w, 1);
      if (weight !== 0) sum += weight * at(x, chosen.map(([position]) => position));
    });
    return sum;
  })];
}

/** Mirrors a coordinate at the centres (align_corners) or at the outer edges of the border elements. */
function reflect(x: number, size: number, alignCorners: boolean): number {
  const [low, high] = alignCorners ? [0, size - 1] : [-0.5, size - 0.5];
  const span = high - low;
  if (span <= 0) return low;
  const folded = Math.abs(x - low) % (2 * span);
  return low + (folded > span ? 2 * span - folded : folded);
}

/** An element, with the padding rule for indices outside. */
function padded(
  x: NdArray,
  [n, c]: [number, number],
  place: number[],
  padding: string,
  align: boolean,
): number {
  const spatial = x.dims.slice(2);
  if (inside(spatial, place)) return at(x, [n, c, ...place]);
  if (padding === "zeros") return 0;
  const limit = (i: number, size: number) => Math.min(Math.max(i, 0), size - 1);
  const moved = place.map((i, axis) =>
    limit(padding === "border" ? i : Math.round(reflect(i, spatial[axis]!, align)), spatial[axis]!)
  );
  return at(x, [n, c, ...moved]);
}

/** y[n, c, i, j] = x sampled at grid[n, i, j], whose (x, y) run from -1 to 1 over the picture. */
function gridSample(call: Call): NdArray[] {
  const [x, grid] = [input(call, 0), input(call, 1)];
  const mode = stringAttribute(call.node, "mode", "bilinear");
  const padding = stringAttribute(call.node, "padding_mode", "zeros");
  const align = intAttribute(call.node, "align_corners", 0) === 1;
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const denormalize = (v: number, size: number) =>
    align ? (v + 1) / 2 * (size - 1) : ((v + 1) * size - 1) / 2;
  const place = (v: number, size: number) => {
    const raw = denormalize(v, size);
    if (padding === "border") return Math.min(Math.max(raw, 0), size - 1);
    return padding === "reflection" ? reflect(raw, size, align) : raw;
  };
  return [generate([batch, channels, grid.dims[1]!, grid.dims[2]!], ([n, c, i, j]) => {
    const column = place(at(grid, [n!, i!, j!, 0]), width);
    const row = place(at(grid, [n!, i!, j!, 1]), height);
    const read = (r: number, q: number) => padded(x, [n!, c!], [r, q], padding, align);
    if (mode === "nearest") return read(roundHalfEven(row), roundHalfEven(column));
    const [top, left] = [Math.floor(row), Math.floor(column)];
    const [v, h] = [row - top, column - left];
    return (1 - v) * ((1 - h) * read(top, left) + h * read(top, left + 1)) +
      v * ((1 - h) * read(top + 1, left) + h * read(top + 1, left + 1));
  })];
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Operators that read between elements. */
export const resampling: Operators = { Resize: resize, GridSample: gridSample };
