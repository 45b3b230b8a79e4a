import assert from "node:assert/strict";
import { float, GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, intTensor, type Model, numbersOf } from "../../../models/onnx/model.ts";
import { ShapeTable } from "../../../models/onnx/shapes.ts";
import { upgrade } from "../../../models/onnx/upgrade.ts";
import { ReverieError } from "../../../models/errors.ts";
import { type Call, describe, modelOf, runTensors } from "./shapes_check.ts";
import { difference } from "./upgrade_check.ts";

Deno.test("statistics of every pixel are normalised with what operator set 17 has", async () => {
  const g = new GraphBuilder({ opset: 7 });
  const x = g.input("x", "float32", [2, 1, 2, 2]);
  const values = [[1, 2, 3, 4], [0, 1, 0, 1], [1, 1, 2, 2], [1, 4, 9, 16]].map((v) => g.floats(v, [1, 2, 2]));
  g.output("y", g.op("BatchNormalization", [x, ...values], { spatial: 0, epsilon: float(0) }), "float32");
  const feed = floatTensor([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2]);
  const { y } = await runTensors(upgrade(g.build()), { x: feed });
  assert.deepEqual(numbersOf(y!), [0, 2, 1, 3, 4, 6, 5, 7]);
});

Deno.test("bounds of a Clip take the type of a float64 graph", async () => {
  const { model, feeds } = modelOf({
    op: "Clip",
    opset: 10,
    inputs: [{
      tensor: { type: "float64", dims: [3], data: Float64Array.of(-2, 0.25, 2) },
      isConstant: false,
    }],
    attributes: { min: float(-0.5), max: float(1) },
  });
  const { y0 } = await runTensors(upgrade(model), feeds);
  assert.deepEqual(numbersOf(y0!), [-0.5, 0.25, 1]);
});

Deno.test("a whole old network keeps its outputs, its names and the sizes that are left open", async () => {
  const g = new GraphBuilder({ opset: 9 });
  const x = g.input("x", "float32", ["n", 2, "height", "width"]);
  const up = g.op("Upsample", [x, g.floats([1, 1, 2, 2])], { mode: "nearest" });
  const limited = g.op("Clip", [g.op("Dropout", [up], { ratio: float(0.5) })], {
    min: float(0),
    max: float(6),
  });
  const flat = g.op("Flatten", [g.op("Pad", [limited], { pads: [0, 0, 1, 1, 0, 0, 1, 1] })]);
  g.output("y", g.op("Softmax", [flat]), "float32");
  const model = g.build();
  const before = structuredClone(model);
  const upgraded = upgrade(model);
  assert.deepEqual(model, before);
  assert.deepEqual(upgraded.graph.inputs, model.graph.inputs);
  const feed = { x: floatTensor(Array.from({ length: 24 }, (_, i) => i / 5 - 1), [2, 2, 2, 3]) };
  const [expected, actual] = [await runTensors(model, feed), await runTensors(upgraded, feed)];
  assert.equal(difference(actual.y, expected.y!), undefined);
  const names = new Set(upgraded.graph.nodes.flatMap((node) => node.outputs));
  for (const node of model.graph.nodes) assert.ok(names.has(node.outputs[0]!), node.op);
});

Deno.test("the graphs inside of If are upgraded, too", async () => {
  const branch = (axis: number) => {
    const g = new GraphBuilder({ name: `branch${axis}`, opset: 11 });
    g.graph.nodes.push({
      name: "squeeze",
      op: "Squeeze",
      domain: "",
      inputs: ["x"],
      outputs: [`squeezed${axis}`],
      attributes: { axes: { kind: "ints", value: [axis] } },
    });
    g.graph.outputs.push({ name: `squeezed${axis}`, type: "float32" });
    return { kind: "graph" as const, value: g.graph };
  };
  const g = new GraphBuilder({ opset: 11 });
  g.input("x", "float32", [1, 3, 1]);
  const condition = g.input("condition", "bool", []);
  g.output("y", g.op("If", [condition], { then_branch: branch(0), else_branch: branch(2) }), "float32");
  const upgraded = upgrade(g.build());
  const x = floatTensor([1, 2, 3], [1, 3, 1]);
  for (const [flag, dims] of [[1, [3, 1]], [0, [1, 3]]] as const) {
    const { y } = await runTensors(upgraded, {
      x,
      condition: { type: "bool", dims: [], data: Uint8Array.of(flag) },
    });
    assert.deepEqual(y!.dims, dims);
  }
});

Deno.test("operators of other domains and models of operator set 17 are left alone", () => {
  const g = new GraphBuilder({ opset: 20 });
  const y = g.op("Gelu", [g.input("x", "float32", [2])]);
  g.graph.nodes[0]!.domain = "com.example";
  g.output("y", y, "float32");
  assert.deepEqual(upgrade(g.build()).graph.nodes, g.graph.nodes);
  const current = modelOf({ op: "Relu", inputs: [{ tensor: floatTensor([1]), isConstant: false }] }).model;
  assert.equal(upgrade(current), current);
});

Deno.test("what operator set 17 cannot express is refused with one clear line", () => {
  const x = { tensor: floatTensor(new Float32Array(24), [1, 2, 3, 4]), isConstant: false };
  const scales = { tensor: floatTensor([1, 1, 0.5, 0.5]), isConstant: true };
  const calls: [RegExp, Call][] = [
    [/"Resize" \(Resize, operator set 18\): antialias/, {
      op: "Resize",
      opset: 18,
      inputs: [x, "", scales],
      attributes: { antialias: 1, mode: "linear" },
    }],
    [/wraps around/, {
      op: "Pad",
      opset: 19,
      inputs: [x, { tensor: intTensor(new Array(8).fill(1)), isConstant: true }],
      attributes: { mode: "wrap" },
    }],
    [/half_pixel_symmetric/, {
      op: "Resize",
      opset: 19,
      inputs: [x, "", scales],
      attributes: { coordinate_transformation_mode: "half_pixel_symmetric" },
    }],
    [/reduction max/, {
      op: "ScatterElements",
      opset: 18,
      inputs: [x, { tensor: intTensor(new Array(24).fill(0), [1, 2, 3, 4]), isConstant: false }, x],
      attributes: { reduction: "max" },
    }],
    [/reduces no axis/, { op: "ReduceL2", opset: 18, inputs: [x], attributes: { noop_with_empty_axes: 1 } }],
    [/ceil_mode/, {
      op: "AveragePool",
      opset: 19,
      inputs: [x],
      attributes: { kernel_shape: [2, 2], dilations: [2, 2], ceil_mode: 1 },
    }],
  ];
  for (const [message, call] of calls) {
    assert.throws(
      () => upgrade(modelOf(call).model),
      (error) =>
        error instanceof ReverieError && message.test(error.message) && !error.message.includes("\n"),
      describe(call),
    );
  }
  const runtimeAxes = new GraphBuilder({ opset: 18 });
  const names = [runtimeAxes.input("x", "float32", [2, 3]), runtimeAxes.input("axes", "int64", [1])];
  runtimeAxes.output("y", runtimeAxes.op("ReduceMean", names), "float32");
  assert.throws(() => upgrade(runtimeAxes.build()), /ReduceMean, operator set 18.*run time/);
  const newer = modelOf({ op: "Relu", inputs: [x] }).model;
  for (const opset of [6, 23]) {
    assert.throws(() => upgrade({ ...newer, opset } as Model), /operator set (6|23): export it again/);
  }
});

Deno.test("a node that cannot be brought over may be kept for a caller that cuts it away", () => {
  const g = new GraphBuilder({ opset: 18 });
  const x = g.input("x", "float32", [1, 2, 3, 4]);
  const mean = g.op("ReduceMean", [g.relu(x), g.ints(1)]);
  const half = g.op("Resize", [mean, "", g.floats([1, 1, 0.5, 0.5])], { antialias: 1, mode: "linear" });
  g.output("y", half, "float32");
  const { nodes } = upgrade(g.build(), { unsupported: "keep" }).graph;
  assert.deepEqual(nodes.map(({ op }) => op), ["Relu", "ReduceMean", "Resize", "Identity"]);
  assert.deepEqual(nodes.map(({ domain }) => domain), ["", "", "ai.onnx.v18", ""]);
  assert.deepEqual(nodes[1]!.attributes.axes, { kind: "ints", value: [1] });
});

Deno.test("the largest int64 among a Slice's attributes still means the end", () => {
  const g = new GraphBuilder({ opset: 9 });
  const x = g.input("x", "float32", [3, 4]);
  const y = g.op("Slice", [x], { starts: [1], ends: [2 ** 63], axes: [1] });
  g.output("y", y, "float32");
  assert.deepEqual(new ShapeTable(upgrade(g.build()).graph).shape(y), [3, 3]);
});
