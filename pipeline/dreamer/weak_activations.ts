/** Leaves weak activations out of the loss (experimental options of neural-dream). */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import { scaled } from "../graphs/picture.ts";
import { chosenMask } from "./channels.ts";
import type { Activation } from "./activation.ts";

/** The modes by name, see {@link WeakOptions.percentMode}. */
export const percentModes = ["fast", "slow"] as const;

/** Options, in percent; 0 leaves a measure out. Default: 0. */
export interface WeakOptions {
  normPercent?: number | undefined;
  absPercent?: number | undefined;
  meanPercent?: number | undefined;
  /**
   * The measures (norm, sum and mean) are taken at every place over the channels, or of every channel over its
   * places. `fast`: activations below a hundredth of that percentile of the places count as 0. `slow`: that share of
   * the channels counts, the strongest; the others are 0. Default: fast.
   */
  percentMode?: typeof percentModes[number] | undefined;
}

/** The three measures over axes of an activation. */
const measures = {
  norm: (g: GraphBuilder, x: string, axes: number[]) => g.sqrt(g.reduceSum(g.mul(x, x), axes, 0)),
  abs: (g: GraphBuilder, x: string, axes: number[]) => g.reduceSum(x, axes, 0),
  mean: (g: GraphBuilder, x: string, axes: number[]) => g.reduceMean(x, axes, 0),
};

/** The activation without its weak parts. Gradients do not pass through the choice. */
export function withoutWeak(g: GraphBuilder, activation: Activation, options: WeakOptions): Activation {
  const { normPercent = 0, absPercent = 0, meanPercent = 0, percentMode = "fast" } = options;
  const without = percentMode === "fast" ? withoutLow : withoutWeakChannels;
  const percents = { norm: normPercent, abs: absPercent, mean: meanPercent };
  let result = activation;
  for (const name of ["norm", "abs", "mean"] as const) {
    if (percents[name] > 0) result = without(g, result, measures[name], percents[name]);
  }
  return result;
}

type Measure = typeof measures[keyof typeof measures];

function withoutLow(
  g: GraphBuilder,
  { value, dims }: Activation,
  measure: Measure,
  percent: number,
): Activation {
  const places = dims.slice(2).reduce((product, size) => product * size, 1);
  const strengths = g.reshape(g.abs(measure(g, value, [1])), [places]);
  const below = Math.round(percent / 100 * (places - 1));
  const [largest] = g.ops("TopK", [strengths, g.ints(places - below)], { axis: 0, largest: 1, sorted: 1 }, 2);
  const threshold = scaled(g, g.slice(largest!, [places - below - 1], [places - below], [0]), 0.01);
  const isWeak = g.less(g.abs(value), threshold);
  return { value: g.mul(value, g.cast(g.not(isWeak), "float32")), dims };
}

function withoutWeakChannels(
  g: GraphBuilder,
  { value, dims }: Activation,
  measure: Measure,
  percent: number,
): Activation {
  const all = dims[1]!;
  const count = Math.floor(percent / 100 * all);
  if (count < 1 || count >= all) return { value, dims };
  const axes = dims.map((_, axis) => axis).filter((axis) => axis !== 1);
  const mask = chosenMask(g, measure(g, value, axes), all, "strong", count);
  return { value: g.mul(value, g.reshape(mask, dims.map((_, axis) => axis === 1 ? all : 1))), dims };
}
