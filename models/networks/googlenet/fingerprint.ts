import type { GoogLeNetWeights } from "./architecture.ts";

/** The first biases of a few layers of BVLC's published weights. */
const biases: Readonly<Record<string, readonly number[]>> = {
  "conv1/7x7_s2": [-2.52723, -0.738781, -1.447727, 0.723762],
  "inception_4c/1x1": [0.565275, 0.230773, -0.162081, 0.888391],
  "inception_5b/1x1": [0.788862, 1.024081, 0.755478, 0.498421],
};

/** Half precision keeps eleven bits. */
const tolerance = 1e-3;

/** Whether weights are those that BVLC published, possibly in half precision, and not from another training. */
export function isPublished(weights: GoogLeNetWeights): boolean {
  return Object.entries(biases).every(([name, expected]) => {
    const bias = weights.get(name)?.bias;
    return expected.every((value, index) =>
      Math.abs((bias?.[index] ?? NaN) - value) <= tolerance * (1 + Math.abs(value))
    );
  });
}
