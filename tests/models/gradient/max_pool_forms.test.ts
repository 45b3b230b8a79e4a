import assert from "node:assert/strict";
import { differentiate, type GradientForms } from "../../../models/gradient/differentiate.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { elementCount, type Model } from "../../../models/onnx/model.ts";
import { ShapeTable } from "../../../models/onnx/shapes.ts";
import { relativeError, runModel } from "../../reference/check_gradient.ts";
import { evaluate } from "../../reference/evaluate.ts";
import { type NdArray, ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";

interface Pool {
  dims: number[];
  attributes: Record<string, number | number[]>;
  /** Position of a Relu. */
  relu: "before" | "after" | "none";
}

/** How the positions of the maxima are found. */
type Form = "staged" | "coded" | "indexed" | "compared";

/** Windows of 1 to 4 elements with every pooling attribute; a last window never begins in the padding. */
function drawPool(random: Random): Pool {
  const kernel_shape = random.integers(2, 1, 4), strides = random.integers(2, 1, 3);
  const dilations = random.chance(0.3) ? random.integers(2, 1, 2) : [1, 1];
  const extent = kernel_shape.map((size, axis) => (size - 1) * dilations[axis]! + 1);
  const pads = random.chance(0.6)
    ? [0, 1].flatMap(() => kernel_shape.map((size) => random.integer(0, size - 1)))
    : [0, 0, 0, 0];
  const spatial = extent.map((size) => size + random.integer(1, 6));
  const beginsInPadding = spatial.some((size, axis) => {
    const slack = size + pads[axis]! + pads[axis + 2]! - extent[axis]!;
    return Math.ceil(slack / strides[axis]!) * strides[axis]! >= size + pads[axis]!;
  });
  return {
    dims: [random.integer(1, 2), random.pick([16, 32]), ...spatial],
    attributes: {
      kernel_shape,
      strides,
      dilations,
      pads,
      ceil_mode: beginsInPadding ? 0 : random.integer(0, 1),
    },
    relu: random.pick(["before", "after", "none"]),
  };
}

/** A loss whose gradient differs between windows, and the gradient of the pool's input. */
function gradientOf({ dims, attributes, relu }: Pool, seed: number, options: GradientForms): Model {
  const g = new GraphBuilder();
  const input = g.mul(g.input("x", "float32", dims), g.scalar(1));
  const pooled = g.op("MaxPool", [relu === "before" ? g.relu(input) : input], attributes);
  const shape = new ShapeTable(g.graph).shape(pooled);
  const weights = g.floats(new Random(seed).floats(shape), shape);
  const loss = g.reduceSum(g.mul(relu === "after" ? g.relu(pooled) : pooled, weights), undefined, 0);
  g.output("gradient", differentiate(g, loss, ["x"], options)[0]!, "float32");
  return g.build();
}

function formOf({ graph }: Model): Form {
  if (graph.nodes.some(({ op, outputs }) => op === "MaxPool" && outputs.length > 1)) return "indexed";
  if (graph.nodes.some(({ op }) => op === "ScatterElements")) return "coded";
  return graph.nodes.some(({ name }) => name.startsWith("pool_tap")) ? "staged" : "compared";
}

Deno.test("MaxPool's forms send each window's gradient to the same element, ties and negative values included", async () => {
  const random = new Random(12);
  const forms = new Map<Form, number>();
  for (let round = 0; round < 120; round++) {
    const pool = drawPool(random);
    // Integers: most windows have several largest elements, some of them zero.
    const x: NdArray = ndArray(pool.dims, random.integers(elementCount(pool.dims), -3, 2));
    const models = (["codes", "indices", "indexFree"] as const)
      .map((maxPool) => gradientOf(pool, round, { maxPool }));
    const [blocked, indexed, free] = models as [Model, Model, Model];
    const form = formOf(blocked);
    forms.set(form, (forms.get(form) ?? 0) + 1);
    assert.equal(formOf(indexed), "indexed");
    assert.notEqual(formOf(free), "indexed");
    const expected = (await runModel(indexed, { x })).get("gradient")!.data;
    const description = `${form} ${JSON.stringify(pool)}`;
    for (const model of [blocked, free]) {
      const run = (await runModel(model, { x })).get("gradient")!.data;
      assert.ok(relativeError(run, expected) < 1e-6, description);
    }
    if (round % 10 === 0) {
      const exact = evaluate(blocked, { x }).get("gradient")!.data;
      assert.ok(relativeError(exact, expected) < 1e-6, `${description} in float64`);
    }
  }
  for (const form of ["staged", "coded", "indexed"] as const) {
    assert.ok((forms.get(form) ?? 0) > 10, `${form}: ${forms.get(form)}`);
  }
});

/**
 * The pools of GoogLeNet: overlapping windows that extend beyond the border, and padded ones that keep the
 * full size.
 */
for (
  const attributes of [
    { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
    { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] },
  ]
) {
  Deno.test(`MaxPool ${JSON.stringify(attributes)} next to a Relu needs no indices`, () => {
    for (const relu of ["before", "after"] as const) {
      const model = gradientOf({ dims: [1, 32, 8, 10], attributes, relu }, 1, {});
      assert.equal(formOf(model), "staged");
    }
  });
}

Deno.test("padding may not be taken for the maximum of negative values", () => {
  const attributes = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] };
  assert.equal(formOf(gradientOf({ dims: [1, 32, 8, 10], attributes, relu: "none" }, 1, {})), "indexed");
});
