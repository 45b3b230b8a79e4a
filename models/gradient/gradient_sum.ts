import { elementCount, floatTensor, type Tensor } from "../onnx/model.ts";
import type { Contribution, OutputGradient, Projection } from "../onnx/operators/gradient_context.ts";
import { Value } from "../onnx/operators/value.ts";

/**
 * The gradient of one value: the sum of its readers' contributions.
 *
 * Projections are combined, since sum_k W_k g_k = [W_1 … W_K] concat(g_1, …, g_K): one Concat and one Conv replace K
 * Convs and K - 1 Adds. A range of channels needs only those rows of the weight, so a block of parallel branches passes
 * its gradient to the block below without additions or slices.
 */
export class GradientSum implements OutputGradient {
  readonly #values: Value[] = [];
  #projections: Projection[] = [];

  /** Adds a contribution. */
  add(contribution: Contribution): void {
    if (contribution instanceof Value) this.#values.push(contribution);
    else this.#projections.push(contribution);
  }

  /** The whole sum; appended to the graph on the first call. */
  total(): Value {
    if (this.#projections.length > 0) {
      this.#values.push(this.#projected(0, this.#projections[0]!.weight.dims[0]!));
      this.#projections = [];
    }
    const total = this.#values.reduce((sum, value) => sum.add(value));
    this.#values.splice(0, this.#values.length, total);
    return total;
  }

  /** The sum's channels (axis 1) from `start` up to, but not including, `end`. */
  channels(start: number, end: number): Value {
    return this.#values.length > 0 ? this.total().slice([start], [end], [1]) : this.#projected(start, end);
  }

  #projected(start: number, end: number): Value {
    this.#joinProjections();
    const { value, weight } = this.#projections[0]!;
    const [, ...dims] = weight.dims;
    const run = elementCount(dims);
    const data = (weight.data as Float32Array).subarray(start * run, end * run);
    const rows = floatTensor(data, [end - start, ...dims]);
    return value.conv(value.fixed(rows, "projection"), { kernel_shape: dims.slice(1) });
  }

  /** Combines all projections into one. */
  #joinProjections(): void {
    const [first, ...others] = this.#projections;
    if (others.length === 0) return;
    const value = first!.value.concat(others.map(({ value }) => value), 1);
    this.#projections = [{ value, weight: sideBySide(this.#projections.map(({ weight }) => weight)) }];
  }
}

/** Concatenates weights with the same number of rows along their columns. */
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
