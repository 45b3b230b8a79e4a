import type { GraphBuilder } from "../onnx/build.ts";
import { elementCount, floatTensor, type Tensor } from "../onnx/model.ts";

/** A convolution of stride 1 with kernels of one element, `weight` [out, in, 1, …], that is yet to be written. */
export interface Projection {
  value: string;
  weight: Tensor;
}

/** What one reader of a value contributes to its gradient: a value of the graph, or a convolution to make one. */
export type Contribution = string | Projection;

/**
 * The gradient of one value, the sum of what its readers contribute.
 *
 * Projections are made together, since sum_k W_k g_k = [W_1 … W_K] concat(g_1, …, g_K): one Concat and one Conv instead
 * of K Convs and K - 1 Adds. Some of the channels take some of the weight's rows, so that a block of parallel branches
 * passes its gradient to the block below without adding or cutting.
 */
export class GradientSum {
  readonly #g: GraphBuilder;
  readonly #values: string[] = [];
  #projections: Projection[] = [];

  constructor(g: GraphBuilder, ...contributions: Contribution[]) {
    this.#g = g;
    contributions.forEach((contribution) => this.add(contribution));
  }

  /** Takes one more contribution. */
  add(contribution: Contribution): void {
    if (typeof contribution === "string") this.#values.push(contribution);
    else this.#projections.push(contribution);
  }

  /** The whole sum; appended to the graph when first asked for. */
  total(): string {
    if (this.#projections.length > 0) {
      this.#values.push(this.#projected(0, this.#projections[0]!.weight.dims[0]!));
      this.#projections = [];
    }
    const total = this.#values.reduce((sum, value) => this.#g.add(sum, value));
    this.#values.splice(0, this.#values.length, total);
    return total;
  }

  /** The sum's channels (axis 1) from `start` up to, but not including, `end`. */
  channels(start: number, end: number): string {
    if (this.#values.length > 0) return this.#g.slice(this.total(), [start], [end], [1]);
    return this.#projected(start, end);
  }

  #projected(start: number, end: number): string {
    this.#joinProjections();
    const { value, weight } = this.#projections[0]!;
    const run = elementCount(weight.dims.slice(1));
    const rows = floatTensor((weight.data as Float32Array).subarray(start * run, end * run), [
      end - start,
      ...weight.dims.slice(1),
    ]);
    const kernel = { kernel_shape: weight.dims.slice(2) };
    return this.#g.conv(value, this.#g.constant(rows, "projection"), "", kernel);
  }

  /** Makes one projection of all. */
  #joinProjections(): void {
    if (this.#projections.length < 2) return;
    const value = this.#g.concat(this.#projections.map(({ value }) => value), 1);
    this.#projections = [{ value, weight: sideBySide(this.#projections.map(({ weight }) => weight)) }];
  }
}

/** Weights of the same rows, their columns side by side. */
function sideBySide(weights: Tensor[]): Tensor {
  const [rows, , ...kernel] = weights[0]!.dims as [number, number, ...number[]];
  const columns = weights.reduce((sum, { dims }) => sum + dims[1]!, 0);
  const data = new Float32Array(rows * columns);
  let place = 0;
  for (let row = 0; row < rows; row++) {
    for (const weight of weights) {
      const width = weight.dims[1]!;
      data.set((weight.data as Float32Array).subarray(row * width, (row + 1) * width), place);
      place += width;
    }
  }
  return floatTensor(data, [rows, columns, ...kernel]);
}
