import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { prepare } from "../../../models/gradient/prepare.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { drawInput, relativeError, runModel } from "../../reference/check_gradient.ts";
import { Random } from "../../reference/random.ts";

const inputShape = [1, 3, 9, 12];

/** A border of one element on all sides, written in the ways that exporters have. */
const borders: Record<string, (g: GraphBuilder, x: string, lowest: number, channels: number) => string> = {
  Pad: (g, x, lowest) => g.op("Pad", [x, g.ints(0, 0, 1, 1, 0, 0, 1, 1), g.scalar(lowest)]),
  Concat: (g, x, lowest, channels) => {
    const strip = (height: number, width: number) =>
      g.op("Expand", [g.scalar(lowest), g.ints(1, channels, height, width)]);
    const rows = g.concat([strip(1, 12), x, strip(1, 12)], 2);
    return g.concat([strip(11, 1), rows, strip(11, 1)], 3);
  },
  Where: (g, x, lowest) => {
    const padded = g.op("Pad", [x, g.ints(0, 0, 1, 1, 0, 0, 1, 1)]);
    const mask = Array.from({ length: 11 * 14 }, (_, i) => {
      const [row, column] = [Math.floor(i / 14), i % 14];
      return row > 0 && row < 10 && column > 0 && column < 13 ? 1 : 0;
    });
    const inside = g.cast(g.floats(mask, [1, 1, 11, 14]), "bool");
    return g.where(inside, padded, g.scalar(lowest));
  },
  Clip: (g, x, lowest) => {
    const clipped = g.op("Clip", [x, g.scalar(-Infinity), g.scalar(Infinity)]);
    return g.op("Pad", [clipped, g.ints(0, 0, 1, 1, 0, 0, 1, 1), g.scalar(lowest)]);
  },
};

function pooled(channels: number, border?: (g: GraphBuilder, x: string) => string): Model {
  const random = new Random(5);
  const g = new GraphBuilder();
  const weight = random.floats([channels, 3, 3, 3]);
  const conv = g.conv(g.input("x", "float32", inputShape), g.floats(weight, [channels, 3, 3, 3]), "", {
    pads: [1, 1, 1, 1],
  });
  const windows = { kernel_shape: [3, 3], strides: [2, 2] };
  const attributes = border ? windows : { ...windows, pads: [1, 1, 1, 1] };
  g.output("y", g.op("MaxPool", [border ? border(g, conv) : conv], attributes, "pool"), "float32");
  return g.build();
}

for (const [name, border] of Object.entries(borders)) {
  Deno.test(`a border of minus infinity (${name}) before a MaxPool has the gradient of the pool's own padding`, async () => {
    const x = drawInput(new Random(1), inputShape);
    for (const channels of [4, 16]) {
      const expected = await gradientOf(pooled(channels));
      for (const lowest of [-Infinity, -3.4028234663852886e38, -1e30]) {
        const model = pooled(channels, (g, value) => border(g, value, lowest, channels));
        for (const maxPool of ["codes", "indices", "indexFree"] as const) {
          const error = relativeError(await gradientOf(model, maxPool), expected);
          assert.ok(error < 1e-5, `${channels} channels, ${lowest}, ${maxPool}: off by ${error}`);
        }
      }
    }

    async function gradientOf(model: Model, maxPool: "codes" | "indices" | "indexFree" = "indices") {
      const outputs = await runModel(gradientModel(model, { layers: ["pool"], inputShape, maxPool }), { x });
      return outputs.get("gradient")!.data;
    }
  });
}

Deno.test("weights that are not numbers, or infinite, are refused; the message names their node", () => {
  const network = (value: number) => {
    const g = new GraphBuilder();
    const weight = g.floats(Array.from({ length: 36 }, (_, i) => i === 3 ? value : 0.1), [4, 3, 1, 3]);
    const low = g.op("Conv", [g.input("x", "float32", inputShape), weight], {}, "low");
    g.op("Relu", [low], {}, "layer");
    return g.build();
  };
  for (
    const [value, message] of [[NaN, /"low" are not numbers/], [-Infinity, /"low" are infinite/]] as const
  ) {
    assert.throws(
      () => prepare(network(value), { layers: ["layer"], inputShape }),
      (error) => error instanceof ReverieError && message.test(error.message),
    );
  }
});

Deno.test("a negative variance, whose root is no number, is refused where it is folded", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", inputShape);
  const conv = g.conv(x, g.floats(new Float32Array(12).fill(0.1), [4, 3, 1, 1]));
  const ones = g.floats([1, 1, 1, 1]);
  g.op("BatchNormalization", [conv, ones, ones, ones, g.floats([1, -1, 1, 1])], {}, "layer");
  assert.throws(
    () => prepare(g.build(), { layers: ["layer"], inputShape }),
    (error) => error instanceof ReverieError && /not numbers/.test(error.message),
  );
});
