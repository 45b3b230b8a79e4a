/**
 * What is climbed in the end: neural-dream's objective, the dream's loss against total variation and the
 * picture's norm. Its unit of length is a grey level, of which a picture in [0, 1] has 255.
 */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import { mean, scaled, type Size } from "../graphs/picture.ts";
import { totalVariationGradient } from "./total_variation.ts";

/** The weights of the parts of the objective. */
export interface Weights {
  /** Factor of the loss. It matters only against the other weights. Default: 1000. */
  dreamWeight?: number | undefined;
  /** Weight of total variation, which is subtracted. */
  tvWeight: number;
  /** Weight of half the picture's L3 norm, which is subtracted. Default: 0. */
  l2Weight?: number | undefined;
}

/** Values of the step's graph, pictures [1, 3, height, width] in [0, 1]. */
export interface Climbed {
  picture: string;
  /** The gradient of the loss, smoothed and with its colour changed. */
  direction: string;
  /** The gradient of the loss itself, whose magnitude the weights refer to; undefined if it is the direction. */
  gradient?: string | undefined;
}

/** The gradient [1, 3, height, width] per grey level of `dreamWeight` loss - `tvWeight` TV - `l2Weight` L3 / 2. */
export function objectiveGradient(
  g: GraphBuilder,
  { picture, direction, gradient }: Climbed,
  size: Size,
  { dreamWeight = 1000, tvWeight, l2Weight = 0 }: Weights,
  meanColour: readonly number[],
): string {
  const dream = scaled(g, sameMagnitude(g, direction, gradient), dreamWeight / 255);
  const rough = tvWeight === 0
    ? dream
    : g.sub(dream, scaled(g, totalVariationGradient(g, picture, size), tvWeight));
  if (l2Weight === 0) return rough;
  const centred = scaled(g, g.sub(picture, g.floats(meanColour, [1, 3, 1, 1])), 255);
  return g.sub(rough, scaled(g, cubicNormGradient(g, centred), l2Weight / 2));
}

/** The direction with the gradient's mean absolute value. */
function sameMagnitude(g: GraphBuilder, direction: string, gradient: string | undefined): string {
  if (gradient === undefined) return direction;
  const magnitude = (x: string) => mean(g, g.abs(x));
  return g.mul(direction, g.div(magnitude(gradient), g.add(magnitude(direction), g.scalar(1e-30))));
}

/** The gradient of the L3 norm, (sum |x|^3)^(1/3): x |x| divided by the norm's square. */
function cubicNormGradient(g: GraphBuilder, x: string): string {
  const magnitude = g.abs(x);
  const largest = g.op("ReduceMax", [magnitude], { keepdims: 0 });
  // Divided by the largest first: cubes of grey levels, summed over a large picture, lose precision.
  const relative = g.div(x, g.add(largest, g.scalar(1e-12)));
  const size = g.abs(relative);
  const cubes = g.reduceSum(g.mul(g.mul(size, size), size), undefined, 0);
  const square = g.op("Pow", [g.add(cubes, g.scalar(1e-12)), g.scalar(2 / 3)]);
  return g.div(g.mul(relative, size), square);
}
