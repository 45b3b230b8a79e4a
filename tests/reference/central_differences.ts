import type { Model } from "../../models/onnx/model.ts";
import { evaluate } from "./evaluate.ts";
import type { NdArray } from "./nd_array.ts";

/** A numeric derivative and the disagreement of its two sides. */
export interface Differences {
  /** (f(x + h) - f(x - h)) / 2h for every element of the input. */
  gradient: Float64Array;
  /**
   * The largest difference between left and right slope: O(h) where the function is smooth, more at a kink.
   */
  bend: number;
}

/**
 * The gradient of a scalar value of the graph with respect to one input, by moving every element by h in both
 * directions. In float64 the error is about h^2 times the third derivative plus 1e-16 / h.
 */
export function centralDifferences(
  model: Model,
  inputName: string,
  feeds: Record<string, NdArray>,
  lossName: string,
  h: number,
): Differences {
  const { dims, data } = feeds[inputName]!;
  const moved = { dims, data: data.slice() };
  const lossAt = (element: number, value: number) => {
    moved.data[element] = value;
    const loss = evaluate(model, { ...feeds, [inputName]: moved }).get(lossName)!.data[0]!;
    moved.data[element] = data[element]!;
    return loss;
  };
  const centre = evaluate(model, feeds).get(lossName)!.data[0]!;
  const gradient = new Float64Array(data.length);
  let bend = 0;
  for (let i = 0; i < data.length; i++) {
    const right = lossAt(i, data[i]! + h);
    const left = lossAt(i, data[i]! - h);
    gradient[i] = (right - left) / (2 * h);
    bend = Math.max(bend, Math.abs(right - 2 * centre + left) / h);
  }
  return { gradient, bend };
}
