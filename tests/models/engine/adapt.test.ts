import assert from "node:assert/strict";
import { adapted } from "../../../models/engine/adapt.ts";
import { Engine } from "../../../models/engine/engine.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { resize, type Size } from "../../../pipeline/graphs/picture.ts";
import { drawn, largestDifference, pattern } from "../../pipeline/picture_values.ts";

function resizing(from: Size, to: Size): Model {
  const g = new GraphBuilder({ opset: 18 });
  const x = g.input("x", "float32", [1, 3, from.height, from.width]);
  g.output("y", resize(g, x, 3, to), "float32", [1, 3, to.height, to.width]);
  return g.build();
}

const antialiased = ({ graph }: Model) => graph.nodes.filter(({ attributes }) => attributes.antialias).length;

const sizes: [string, Size, Size][] = [
  ["shrinks", { height: 48, width: 64 }, { height: 31, width: 27 }],
  ["grows", { height: 21, width: 34 }, { height: 40, width: 61 }],
  ["shrinks one way and grows the other", { height: 40, width: 20 }, { height: 13, width: 33 }],
  ["keeps its size", { height: 9, width: 8 }, { height: 9, width: 8 }],
];

for (const [what, from, to] of sizes) {
  Deno.test(`a picture that ${what} is the same without the antialiasing that WebGPU lacks`, async () => {
    const model = resizing(from, to);
    const replaced = adapted(model, "webgpu");
    assert.equal(antialiased(model), 1, "the model itself stays as it is");
    assert.equal(antialiased(replaced), 0);
    using engine = await Engine.start({ providers: ["cpu"], threads: 1 });
    const results = [];
    for (const graph of [model, replaced]) {
      const session = await engine.load(graph);
      const { y } = await session.run<"y">({ x: drawn(3, from, pattern) });
      results.push(await y.take());
    }
    assert.deepEqual(results[1]!.dims, [1, 3, to.height, to.width]);
    assert.ok(largestDifference(results[0]!, results[1]!) < 1e-5);
  });
}

Deno.test("other providers get a model as it is", () => {
  const model = resizing({ height: 8, width: 8 }, { height: 4, width: 4 });
  for (const provider of ["cpu", "cuda"]) assert.equal(adapted(model, provider), model);
});
