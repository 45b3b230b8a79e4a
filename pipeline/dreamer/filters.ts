/**
 * Linear filters of what the network sees and of its activations, as products with matrices: one for the rows, one for the
 * columns. Sides of activations are short, and borders need no special case.
 */
import type { GraphBuilder } from "../../models/onnx/build.ts";
import type { Activation } from "./activation.ts";

/** Filters of activations, before the loss. */
export interface FilterOptions {
  /** Levels of a Laplacian pyramid that the activation is replaced by the sum of. Default: 0, none. */
  pyramidLevels?: number | undefined;
  /** Sigmas of its two blurs; of one number, the second is that times the levels. Default: 1. */
  pyramidSigma?: readonly number[] | undefined;
  /** Whether low frequencies of the activation are left out, and its magnitude is taken. Default: false. */
  highPass?: boolean | undefined;
  /** The highest frequency left out, in periods per side; at most half of those there are. Default: 25. */
  highPassBlock?: number | undefined;
}

/** neural-dream's blurs have 5 x 5 weights, whatever their sigma. */
const radius = 2;

/** A Gaussian blur of 5 x 5 pixels with mirrored borders. Sigma is in pixels. */
export function blurFive(g: GraphBuilder, x: string, dims: readonly number[], sigma: number): string {
  return bySides(g, x, dims, (length) => blurMatrix(length, sigma));
}

/** The activation as the loss sees it. Layers without height and width pass unchanged. */
export function filtered(g: GraphBuilder, activation: Activation, options: FilterOptions): Activation {
  const { pyramidLevels = 0, pyramidSigma = [1], highPass = false, highPassBlock = 25 } = options;
  const { dims } = activation;
  if (dims.length !== 4) return activation;
  let { value } = activation;
  if (pyramidLevels > 0) value = pyramid(g, value, dims, pyramidLevels, pyramidSigma);
  if (highPass) {
    const low = bySides(g, value, dims, (length) => lowMatrix(length, highPassBlock));
    value = g.abs(g.sub(value, low));
  }
  return { value, dims };
}

/**
 * The sum of the bands of neural-dream's pyramid and of what remains: every band is what one blur takes away, and the next
 * is made of what another leaves. With equal sigmas it would be the activation itself.
 */
function pyramid(
  g: GraphBuilder,
  activation: string,
  dims: readonly number[],
  levels: number,
  [first = 1, second = first * levels]: readonly number[],
): string {
  let remaining = activation;
  let sum: string | undefined;
  for (let level = 0; level < levels; level++) {
    const band = g.sub(remaining, blurFive(g, remaining, dims, second));
    sum = sum === undefined ? band : g.add(sum, band);
    remaining = blurFive(g, remaining, dims, first);
  }
  return sum === undefined ? remaining : g.add(sum, remaining);
}

/** x [1, channels, height, width] with a matrix applied along its columns, and one along its rows. */
function bySides(
  g: GraphBuilder,
  x: string,
  [, , height, width]: readonly number[],
  matrix: (length: number) => Float32Array,
): string {
  const down = g.matmul(g.floats(matrix(height!), [1, 1, height!, height!]), x);
  return g.matmul(down, g.floats(transposed(matrix(width!), width!), [1, 1, width!, width!]));
}

function transposed(matrix: Float32Array, length: number): Float32Array {
  return matrix.map((_, i) => matrix[(i % length) * length + Math.floor(i / length)]!);
}

/** Each row holds the weights of a blurred pixel. */
function blurMatrix(length: number, sigma: number): Float32Array {
  const weights = Array.from(
    { length: 2 * radius + 1 },
    (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const matrix = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    for (const [i, weight] of weights.entries()) {
      matrix[row * length + mirrored(row + i - radius, length)]! += weight / sum;
    }
  }
  return matrix;
}

/** A place beyond the border, mirrored about the outermost pixel. */
function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const place = ((index % period) + period) % period;
  return Math.min(place, period - place);
}

/** Keeps the frequencies up to the block, of those of the discrete Fourier transform. */
function lowMatrix(length: number, block: number): Float32Array {
  // Without a limit nothing would be left of deep layers, whose sides are shorter than the block.
  const highest = Math.min(block, Math.floor((length - 1) / 4));
  return Float32Array.from({ length: length * length }, (_, i) => {
    const distance = Math.floor(i / length) - i % length;
    let sum = 1;
    for (let k = 1; k <= highest; k++) sum += 2 * Math.cos(2 * Math.PI * k * distance / length);
    return sum / length;
  });
}
