import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { defaultLayer } from "../../../models/networks/default_layer.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import type { Graph, Model, Tensor } from "../../../models/onnx/model.ts";
import { Layers, modelOf, visionTransformer } from "../gradient/stand_ins.ts";

/** A network of two convolutions, `low` and `features`, and what follows them. */
function network(above: (b: Layers, features: string) => [string, "float32" | "int64"]): Model {
  const g = new GraphBuilder();
  const b = new Layers(g);
  const low = b.conv(g.input("x", "float32", [1, 3, "height", "width"]), 3, 8, { hint: "low" });
  const [name, type] = above(b, b.conv(low, 8, 8, { stride: 2, hint: "features" }));
  g.graph.outputs.push({ name, type });
  return g.build();
}

const heads: Record<string, (b: Layers, features: string) => [string, "float32" | "int64"]> = {
  "padding": ({ g }, x) => [g.op("Pad", [x, g.ints(0, 0, 1, 1, 0, 0, 1, 1)]), "float32"],
  "a transposition": ({ g }, x) => [g.transpose(x, [0, 2, 3, 1]), "float32"],
  "a reshape": ({ g }, x) => [g.op("Reshape", [x, g.ints(1, 4, 2, -1)]), "float32"],
  "indices of a pool": ({ g }, x) => [g.ops("MaxPool", [x], { kernel_shape: [2, 2] }, 2)[1]!, "int64"],
  "a choice of classes": ({ g }, x) => [g.op("ArgMax", [x], { axis: 1 }), "int64"],
  "probabilities": (
    { g },
    x,
  ) => [g.op("Softmax", [g.conv(x, g.floats(new Float32Array(40), [5, 8, 1, 1]))]), "float32"],
};

for (const [name, head] of Object.entries(heads)) {
  Deno.test(`the default layer lies below ${name}`, () => {
    const layer = defaultLayer(network(head), "network.onnx");
    assert.ok(["features", "Conv", "MaxPool"].some((word) => layer.startsWith(word)), layer);
  });
}

Deno.test("the default layer is found behind an If whose condition is constant", () => {
  const yes: Tensor = { type: "bool", dims: [], data: Uint8Array.of(1) };
  const model = network(({ g }, x) => {
    const branch = (op: string): Graph => {
      const inner = new GraphBuilder({ name: op });
      inner.output(`${op}_of_branch`, inner.op(op, [x]), "float32");
      return inner.graph;
    };
    const chosen = g.op("If", [g.constant(yes)], {
      then_branch: { kind: "graph", value: branch("Relu") },
      else_branch: { kind: "graph", value: branch("Neg") },
    });
    return [g.op("Add", [g.op("Tanh", [chosen], {}, "above"), x]), "float32"];
  });
  assert.equal(defaultLayer(model, "network.onnx"), "above");
});

Deno.test("a vision transformer dreams with a block, not with its patches", () => {
  const layer = defaultLayer(modelOf(visionTransformer, [64, 64]), "network.onnx");
  assert.match(layer, /^Add/);
});

Deno.test("a network of which no layer can dream is refused; the message names the file and the reason", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, 64, 64]);
  const weight = new Float32Array(24).fill(NaN);
  g.output("y", g.op("Relu", [g.conv(x, g.floats(weight, [8, 3, 1, 1]))]), "float32");
  assert.throws(
    () => defaultLayer(g.build(), "network.onnx"),
    (error) => error instanceof ReverieError && /network\.onnx: no layer .*not numbers/.test(error.message),
  );
});
