import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { differentiate } from "../../../models/gradient/differentiate.ts";
import { type AttributeInput, float, GraphBuilder } from "../../../models/onnx/build.ts";
import {
  type Case,
  compare,
  drawInput,
  oneOperator,
  runModel,
  testRule,
} from "../../reference/check_gradient.ts";
import { evaluate } from "../../reference/evaluate.ts";
import { Random } from "../../reference/random.ts";

const coordinateModes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"];

/** A new size for the last two axes, given as sizes or as scales, larger or smaller. */
function drawTarget(random: Random, dims: number[]): (g: GraphBuilder) => string[] {
  if (random.chance()) {
    const sizes = [...dims.slice(0, 2), ...random.integers(2, 1, 8)];
    return (g) => ["", "", g.ints(...sizes)];
  }
  const scales = [1, 1, ...[0, 1].map(() => random.pick([0.5, 0.75, 1, 1.5, 2, 2.5, 3]))];
  return (g) => ["", g.floats(scales)];
}

function drawResize(random: Random, attributes: Record<string, AttributeInput>): Case {
  const dims = [random.integer(1, 2), random.integer(1, 2), ...random.integers(2, 2, 5)];
  const target = drawTarget(random, dims);
  return oneOperator(drawInput(random, dims), "Resize", attributes, target);
}

for (const mode of coordinateModes) {
  testRule(
    `Resize linear, ${mode}`,
    8,
    (random) => drawResize(random, { mode: "linear", coordinate_transformation_mode: mode }),
  );

  testRule(`Resize cubic, ${mode}`, 8, (random) => {
    const attributes: Record<string, AttributeInput> = {
      mode: "cubic",
      coordinate_transformation_mode: mode,
    };
    if (random.chance()) attributes["cubic_coeff_a"] = float(-0.5);
    if (random.chance()) attributes["exclude_outside"] = 1;
    return drawResize(random, attributes);
  });

  testRule(`Resize nearest, ${mode}`, 8, (random) => {
    const nearest_mode = random.pick(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]);
    return drawResize(random, { mode: "nearest", coordinate_transformation_mode: mode, nearest_mode });
  });
}

testRule("Resize to twice the size, as networks do", 6, (random) => {
  const attributes = random.pick<Record<string, AttributeInput>>([
    { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
    { mode: "linear" },
    {},
  ]);
  const x = drawInput(random, [1, 2, random.integer(2, 4), random.integer(2, 4)]);
  return oneOperator(x, "Resize", attributes, (g) => ["", g.floats([1, 1, 2, 2])]);
});

/** The gradient with respect to the picture and, for bilinear sampling, with respect to the grid. */
function drawGridSample(random: Random, mode: string, padding_mode: string, align_corners: number): Case {
  const batch = random.integer(1, 2);
  const x = drawInput(random, [batch, random.integer(1, 2), random.integer(1, 5), random.integer(1, 5)]);
  // The padding applies beyond [-1, 1].
  const grid = drawInput(random, [batch, random.integer(1, 3), random.integer(1, 3), 2], -1.6, 1.6);
  const attributes = { mode, padding_mode, align_corners };
  return {
    inputs: { x, grid },
    build: (g, inputs) => [g.op("GridSample", inputs, attributes)],
    description: `GridSample of [${x.dims}] at [${grid.dims}] ${JSON.stringify(attributes)}`,
  };
}

for (const padding of ["zeros", "border", "reflection"]) {
  for (const align of [0, 1]) {
    testRule(
      `GridSample bilinear, ${padding}, align_corners ${align}`,
      8,
      (random) => drawGridSample(random, "bilinear", padding, align),
    );
  }
}

/** Nearest sampling has no gradient at the grid; regions of interest belong to detectors. */
function drawRefused(random: Random): Case {
  const padding = random.pick(["zeros", "border", "reflection"]);
  if (random.chance()) return drawGridSample(random, "nearest", padding, random.integer(0, 1));
  const region = [
    0,
    0,
    random.uniform(-0.2, 0.3),
    0.1,
    1,
    1,
    random.uniform(0.7, 1),
    random.uniform(0.8, 1.2),
  ];
  const attributes = { mode: "linear", coordinate_transformation_mode: "tf_crop_and_resize" };
  const sizes = [1, 2, ...random.integers(2, 1, 7)];
  const x = drawInput(random, [1, 2, random.integer(3, 5), random.integer(3, 5)]);
  return oneOperator(x, "Resize", attributes, (g) => [g.floats(region), "", g.ints(...sizes)]);
}

Deno.test("GridSample nearest and Resize of a region run, and are refused by name where a gradient is asked for", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const { inputs, build, description } = drawRefused(new Random(seed));
    const g = new GraphBuilder();
    const names = Object.entries(inputs).map(([name, { dims }]) => g.input(name, "float32", dims));
    const [y] = build(g, names);
    g.output("y", y!, "float32");
    const expected = evaluate(g.build(), inputs).get("y")!;
    const run = await runModel(g.build(), inputs);
    assert.deepEqual(compare("output", run.get("y"), expected, 1e-5), [], `seed ${seed}: ${description}`);
    assert.throws(
      () => differentiate(g, g.reduceSum(y!, undefined, 0), names),
      (error) => error instanceof ReverieError && /GridSample|Resize/.test(error.message),
    );
  }
});
