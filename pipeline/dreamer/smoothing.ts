/**
 * Ways to smooth a gradient, so that the dream grows shapes instead of grain. Each builds part of a graph.
 */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import { blurredHalf, doubled, mean, resize, type Size } from "../graphs/picture.ts";

/** The smoothing methods, as named by the parameter `smoothing`. */
export type Smoothing = "none" | "gaussian" | "laplacian";

/** Avoids division by zero where the gradient vanishes. */
const epsilon = 1e-12;

/** The smoothed gradient [1, 3, height, width]. */
export function smooth(g: GraphBuilder, gradient: string, size: Size, way: Smoothing): string {
  switch (way) {
    case "none":
      return gradient;
    case "gaussian":
      return gaussianCascade(g, gradient, size);
    case "laplacian":
      return laplacianNormalised(g, gradient, size, 4);
  }
}

/**
 * How often the gradient is halved. Each level is about twice as blurred as the one before, from a sigma of
 * one pixel.
 */
const pyramidLevels = 3;

/**
 * The sum of the gradient blurred at several scales, like the levels of a Gaussian pyramid (Burt and Adelson
 * 1983): structures that the scales agree on grow, single pixels do not.
 */
function gaussianCascade(g: GraphBuilder, gradient: string, size: Size, levels = pyramidLevels): string {
  if (levels === 0 || Math.min(size.height, size.width) < 8) return gradient;
  const half = { height: Math.round(size.height / 2), width: Math.round(size.width / 2) };
  const coarse = resize(g, gradient, 3, half);
  const below = levels === 1 ? coarse : g.add(coarse, gaussianCascade(g, coarse, half, levels - 1));
  return resize(g, below, 3, size);
}

/**
 * The Laplacian-normalised gradient of Google's DeepDream notebooks (Mordvintsev 2016): every band of a
 * Laplacian pyramid is divided by its own root mean square, so that coarse shapes grow as fast as fine ones.
 */
function laplacianNormalised(g: GraphBuilder, gradient: string, size: Size, levels: number): string {
  if (levels === 0 || Math.min(size.height, size.width) < 16) return normalised(g, gradient);
  const half = { height: Math.ceil(size.height / 2), width: Math.ceil(size.width / 2) };
  const coarse = blurredHalf(g, gradient, 3, size, 1);
  const detail = g.sub(gradient, doubled(g, coarse, 3, size));
  const below = laplacianNormalised(g, coarse, half, levels - 1);
  return g.add(normalised(g, detail), doubled(g, below, 3, size));
}

/** x divided by its root mean square. */
function normalised(g: GraphBuilder, x: string): string {
  return g.div(x, g.add(g.sqrt(mean(g, g.mul(x, x))), g.scalar(epsilon)));
}

/** The gradient with its colour part (its difference from the mean over RGB) weakened or strengthened. */
export function colourScaled(
  g: GraphBuilder,
  gradient: string,
  { height, width }: Size,
  colour: number,
): string {
  if (colour === 1) return gradient;
  const grey = (1 - colour) / 3;
  const mix = Float32Array.from({ length: 9 }, (_, i) => i % 4 === 0 ? colour + grey : grey);
  const pixels = g.reshape(gradient, [3, height * width]);
  return g.reshape(g.matmul(g.floats(mix, [3, 3]), pixels), [1, 3, height, width]);
}

/**
 * The factor that makes a gradient's mean absolute value, `strength`, into `rate` (both scalars), as in Google's
 * dream.ipynb (2015).
 */
export function stepLength(g: GraphBuilder, strength: string, rate: string): string {
  return g.div(rate, g.add(strength, g.scalar(epsilon)));
}
