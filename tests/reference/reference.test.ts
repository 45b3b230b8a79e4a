import assert from "node:assert/strict";
import { float, GraphBuilder } from "../../models/onnx/build.ts";
import { centralDifferences } from "./central_differences.ts";
import { erf } from "./elementwise.ts";
import { evaluate } from "./evaluate.ts";
import { ndArray } from "./nd_array.ts";
import { Random } from "./random.ts";

Deno.test("erf() has the values of Abramowitz & Stegun's table 7.1 on both sides of the switch of method", () => {
  const table = [[0, 0], [0.5, 0.5204998778], [1, 0.8427007929], [2, 0.9953222650], [-1.5, -0.9661051465]];
  for (const [x, value] of table) assert.ok(Math.abs(erf(x!) - value!) < 1e-10, `erf(${x})`);
  assert.ok(Math.abs(erf(2.5 - 1e-12) - erf(2.5 + 1e-12)) < 1e-11);
});

Deno.test("central differences find a known derivative", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [3]);
  const loss = g.reduceSum(g.mul(g.exp(x), g.floats([1, 2, 3])), undefined, 0);
  const points = [-1, 0, 1.5];
  const { gradient, bend } = centralDifferences(g.build(), "x", { x: ndArray([3], points) }, loss, 1e-5);
  points.forEach((point, i) => assert.ok(Math.abs(gradient[i]! / ((i + 1) * Math.exp(point)) - 1) < 1e-9));
  assert.ok(bend < 1e-3);
});

Deno.test("central differences tell when a bend lies within reach", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [2]);
  const loss = g.reduceSum(g.op("LeakyRelu", [x], { alpha: float(0.25) }), undefined, 0);
  const bendAt = (value: number) =>
    centralDifferences(g.build(), "x", { x: ndArray([2], [1, value]) }, loss, 1e-5).bend;
  assert.ok(Math.abs(bendAt(0) - 0.75) < 1e-9);
  assert.ok(bendAt(0.5e-5) > 0.3);
  assert.ok(bendAt(2e-5) < 1e-9);
});

Deno.test("a convolution worked out by hand", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 1, 1, 4]);
  const y = g.conv(x, g.floats([1, 10], [1, 1, 1, 2]), g.floats([0.5]), {
    strides: [1, 2],
    pads: [0, 1, 0, 1],
  });
  const values = evaluate(g.build(), { x: ndArray([1, 1, 1, 4], [1, 2, 3, 4]) });
  assert.deepEqual(values.get(y), ndArray([1, 1, 1, 3], [10.5, 32.5, 4.5]));
});

Deno.test("the same seed draws the same numbers, another seed others", () => {
  const draw = (seed: number) => new Random(seed).floats([8]);
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});
