import assert from "node:assert/strict";
import { float, GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../../models/onnx/model.ts";
import { readModel } from "../../../models/onnx/read.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { sharedFile } from "../../shared_data.ts";
import { testWith } from "../../needs.ts";
import { ReverieError } from "../../../models/errors.ts";

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

function smallModel(): Model {
  const g = new GraphBuilder({ name: "small" });
  const x = g.input("x", "float32", [1, "channels", 4, 4]);
  const leaky = g.op("LeakyRelu", [x], { alpha: float(0.25) });
  const shifted = g.add(leaky, g.floats([1.5, -2, 0.125], [3, 1, 1]));
  g.output("y", g.transpose(shifted, [0, 2, 3, 1]), "float32");
  return g.build();
}

Deno.test("a model survives being written and read", () => {
  const model = smallModel();
  assert.deepEqual(readModel(writeModel(model)), model);
});

Deno.test("every kind of attribute survives being written and read", () => {
  const model = smallModel();
  model.graph.nodes[0]!.attributes = {
    int: { kind: "int", value: -3 },
    ints: { kind: "ints", value: [1, -2, 2 ** 40] },
    float: { kind: "float", value: 0.5 },
    floats: { kind: "floats", value: [0.25, -8] },
    string: { kind: "string", value: "half_pixel" },
    strings: { kind: "strings", value: ["a", "é"] },
    tensor: { kind: "tensor", value: floatTensor([1, 2], [2, 1]) },
    graph: { kind: "graph", value: smallModel().graph },
  };
  assert.deepEqual(readModel(writeModel(model)), model);
});

Deno.test("equal small constants are stored once", () => {
  const g = new GraphBuilder();
  assert.equal(g.scalar(0.5), g.scalar(0.5));
  assert.notEqual(g.scalar(0.5), g.scalar(0.25));
  assert.equal(g.graph.initializers.size, 2);
});

Deno.test("what is not an ONNX model is refused with one clear line", () => {
  for (const bytes of [new Uint8Array(), new TextEncoder().encode("hello, I am not a network\n")]) {
    assert.throws(
      () => readModel(bytes),
      (error) => error instanceof ReverieError && /not an ONNX model/.test(error.message),
    );
  }
});

testWith(squeezeNet, "a real network is read whole", async () => {
  const model = readModel(await Deno.readFile(squeezeNet.path));
  assert.equal(model.opset, 17);
  assert.deepEqual(model.graph.inputs, [
    { name: "input", type: "float32", dims: [1, 3, "height", "width"] },
  ]);
  assert.deepEqual(model.graph.initializers.get("features.0.weight")?.dims, [64, 3, 3, 3]);
  assert.deepEqual(readModel(writeModel(model)), model);
});
