import assert from "node:assert/strict";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { type Model, numbersOf } from "../../../models/onnx/model.ts";
import { readModel } from "../../../models/onnx/read.ts";
import { inferShapes, ShapeError, ShapeTable } from "../../../models/onnx/shapes.ts";
import { sharedFile } from "../../shared_data.ts";
import { Random } from "../../reference/random.ts";
import { randomTensor, runTensors } from "./shapes_check.ts";
import { testWith } from "../../needs.ts";

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

Deno.test("shapes that are computed in the graph are known", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [2, 3, 4, 5]);
  const shape = g.op("Shape", [x]);
  const batch = g.op("Gather", [shape, g.ints(0)]);
  const half = g.op("Div", [g.slice(shape, [2], [4], [0]), g.ints(2)]);
  const sizes = g.concat([batch, g.ints(-1), g.cast(half, "int64")], 0);
  const reshaped = g.reshape(x, [0]);
  const table = new ShapeTable(g.graph);
  assert.deepEqual(numbersOf(table.constant(sizes)!), [2, -1, 2, 2]);
  assert.deepEqual(table.shape(g.op("Reshape", [x, sizes])), [2, 15, 2, 2]);
  assert.throws(() => table.shape(reshaped), /Reshape/);
});

Deno.test("an upsampling whose scales are computed from shapes has a static shape", () => {
  const g = new GraphBuilder();
  const [x, like] = [g.input("x", "float32", [1, 8, 6, 10]), g.input("like", "float32", [1, 2, 15, 25])];
  const spatial = (value: string) => g.cast(g.slice(g.op("Shape", [value]), [2], [4], [0]), "float32");
  const scales = g.concat([g.floats([1, 1]), g.div(spatial(like), spatial(x))], 0);
  const y = g.op("Resize", [x, "", scales], { mode: "linear" });
  assert.deepEqual(new ShapeTable(g.graph).shape(y), [1, 8, 15, 25]);
});

Deno.test("a table follows the graph while it is written", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, 8, 8]);
  const table = new ShapeTable(g.graph);
  const pooled = g.op("MaxPool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
  assert.deepEqual(table.shape(pooled), [1, 3, 4, 4]);
  const z = g.input("z", "int64", [5]);
  assert.equal(table.type(g.cast(z, "bool")), "bool");
  const node = g.graph.nodes[0]!;
  g.graph.nodes[0] = { ...node, outputs: [pooled, "indices"] };
  assert.deepEqual(table.info("indices"), { type: "int64", dims: [1, 3, 4, 4] });
  assert.equal(table.constant(pooled), undefined);
});

Deno.test("a value without a shape does not hinder those that do not depend on it", () => {
  const g = new GraphBuilder();
  const [x, free] = [g.input("x", "float32", [2, 3]), g.input("free", "float32", ["n"])];
  const [good, bad] = [g.relu(x), g.add(g.relu(free), x)];
  const table = new ShapeTable(g.graph);
  assert.deepEqual(table.shape(good), [2, 3]);
  assert.throws(() => table.shape(bad), /input "free" has no fixed shape/);
});

function failing(write: (g: GraphBuilder, x: string) => string): Model {
  const g = new GraphBuilder();
  g.output("y", write(g, g.input("x", "float32", [1, 3, 8, 8])), "float32");
  return g.build();
}

Deno.test("errors name the node, its operator and the reason", () => {
  const cases: [RegExp, (g: GraphBuilder, x: string) => string][] = [
    [/"Frobnicate" \(Frobnicate\): no rule for this operator/, (g, x) => g.op("Frobnicate", [x])],
    [/"NonZero" \(NonZero\): its shape depends on the values/, (g, x) => g.op("NonZero", [x])],
    [/\(Reshape\): 192 elements of \[1, 3, 8, 8\] do not fill \[5, -1\]/, (g, x) => g.reshape(x, [5, -1])],
    [/\(Conv\): .*channels/, (g, x) => g.conv(x, g.floats(new Float32Array(4), [1, 4, 1, 1]))],
    [/\(AveragePool\): a window of 9/, (g, x) => g.op("AveragePool", [x], { kernel_shape: [9, 9] })],
    [/\(Add\): .* do not broadcast/, (g, x) => g.add(x, g.floats([1, 2, 3]))],
    [/\(Concat\): .* differ beside axis 0/, (g, x) => g.concat([x, g.relu(g.op("Flatten", [x]))], 0)],
    [/\(Reshape\): "Cast" decides the shape/, (g, x) => g.op("Reshape", [x, g.cast(x, "int64")])],
    [/\(Relu\): the operator has no output 1/, (g, x) => g.ops("Relu", [x], {}, 2)[1]!],
  ];
  for (const [message, write] of cases) {
    assert.throws(
      () => inferShapes(failing(write)),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  }
});

testWith(squeezeNet, "a real network's shapes are those that onnxruntime returns", async () => {
  const model = readModel(await Deno.readFile(squeezeNet.path));
  model.graph.inputs[0]!.dims = [1, 3, 97, 122];
  const shapes = inferShapes(model);
  const names = model.graph.nodes.flatMap((node) => node.outputs);
  model.graph.outputs = names.map((name) => ({ name, type: shapes.get(name)!.type }));
  const values = await runTensors(model, { input: randomTensor(new Random(1), [1, 3, 97, 122], "float32") });
  for (const name of names) assert.deepEqual(shapes.get(name)!.dims, values[name]!.dims, name);
  assert.ok(names.length > 60);
});
