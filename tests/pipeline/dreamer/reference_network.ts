/** The tiny network and picture of `fixtures/make_dream_reference.py`, and what PyTorch makes of them. */
import type { Network } from "../../../models/networks/network.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor } from "../../../models/onnx/model.ts";
import reference from "../../fixtures/dream_reference.json" with { type: "json" };
import { drawn } from "../picture_values.ts";

export { reference };

export const size = { height: 10, width: 12 };
/** Number of steps of a climb, and which values of a picture are kept. */
export const [steps, stride] = [6, 7];

/** In [0, 1]. */
export const picture = drawn(
  3,
  size,
  (c, y, x) => ((x * x + 3 * (c + 1) * x * y + 7 * y * y + 29 * c) % 128 + 64) / 255,
);

/** Layers: `first`, never negative, and `second`, of both signs. */
export function referenceNetwork(): Network {
  const g = new GraphBuilder();
  const weights = (...dims: number[]) => {
    const count = dims.reduce((a, b) => a * b);
    return g.constant(
      floatTensor(Float32Array.from({ length: count }, (_, i) => ((i * 37 + 11) % 41 - 20) / 400), dims),
    );
  };
  const convolved = (x: string, name: string, weight: string, stride: number) =>
    g.op("Conv", [x, weight], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] }, name);
  const x = g.input("x", "float32", [1, 3, "h", "w"]);
  const first = g.op("Relu", [convolved(x, "convolved", weights(6, 3, 3, 3), 1)], {}, "first");
  g.output("y", convolved(first, "second", weights(5, 6, 3, 3), 2), "float32");
  return {
    name: "reference",
    kind: "other",
    model: g.build(),
    preprocessing: { mean: [0.4, 0.45, 0.5], scale: [255, 255, 255], channelOrder: "rgb" },
    defaultLayers: ["second"],
    minimumSize: 1,
  };
}

/** The largest difference between the kept values, as a share of the largest value. */
export function largestError(actual: ArrayLike<number>, expected: readonly number[], factor = 1): number {
  const largest = Math.max(...expected.map(Math.abs));
  const errors = expected.map((value, index) => Math.abs(actual[index * stride]! * factor - value));
  return Math.max(...errors) / largest;
}
