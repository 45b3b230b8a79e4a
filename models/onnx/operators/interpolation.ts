import { invalidParameter } from "../../errors.ts";
import type { AxisMap, Term } from "./axis_map.ts";
import type { NodeContext } from "./node_context.ts";

const single = Math.fround;

/** Where the centre of output element `index` lies on the input axis, in elements (ONNX Resize, float32 like runtimes). */
function sourceCoordinate(mode: string, index: number, scale: number, input: number, output: number): number {
  switch (mode) {
    case "half_pixel":
      return single(single(single(index + 0.5) / scale) - 0.5);
    case "pytorch_half_pixel":
      return output > 1 ? single(single(single(index + 0.5) / scale) - 0.5) : 0;
    case "align_corners":
      return output > 1 ? single(single(index * (input - 1)) / (output - 1)) : 0;
    case "asymmetric":
      return single(index / scale);
    default:
      throw invalidParameter(
        "layers",
        `Resize with coordinate_transformation_mode ${mode} cannot be differentiated`,
      );
  }
}

function nearest(x: number, rounding: string): number {
  switch (rounding) {
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    default:
      return Math.ceil(x - 0.5);
  }
}

function linearTerms(x: number, input: number): Term[] {
  const inside = Math.min(Math.max(x, 0), input - 1);
  const from = Math.floor(inside);
  const weight = inside - from;
  if (weight === 0) return [{ from, weight: 1 }];
  return [{ from, weight: 1 - weight }, { from: from + 1, weight }];
}

/** Keys 1981 with free parameter a; taps beyond the border repeat it or, with `exclude`, drop out. */
function cubicTerms(x: number, input: number, a: number, exclude: boolean): Term[] {
  const start = Math.floor(x) - 1;
  const kernel = (t: number) => {
    const d = Math.abs(t);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  };
  const taps = [0, 1, 2, 3].map((k) => ({ from: start + k, weight: kernel(x - start - k) }));
  const kept = exclude ? taps.filter(({ from }) => from >= 0 && from < input) : taps;
  const total = exclude ? kept.reduce((sum, { weight }) => sum + weight, 0) : 1;
  return kept.map(({ from, weight }) => ({
    from: Math.min(Math.max(from, 0), input - 1),
    weight: weight / total,
  }));
}

/** What a Resize node does along one axis. `scale` is output over input size as the node gives it. */
export function resizeMap(
  c: NodeContext,
  axis: number,
  input: number,
  output: number,
  scale: number,
): AxisMap {
  const mode = c.string("mode", "nearest");
  const coordinates = c.string("coordinate_transformation_mode", "half_pixel");
  const rounding = c.string("nearest_mode", "round_prefer_floor");
  const terms = Array.from({ length: output }, (_, index) => {
    const x = sourceCoordinate(coordinates, index, single(scale), input, output);
    if (mode === "nearest") {
      return [{ from: Math.min(Math.max(nearest(x, rounding), 0), input - 1), weight: 1 }];
    }
    if (mode === "linear") return linearTerms(x, input);
    const a = c.float("cubic_coeff_a", -0.75);
    return cubicTerms(x, input, a, c.int("exclude_outside", 0) === 1);
  });
  return { axis, inputSize: input, terms };
}
