import assert from "node:assert/strict";
import { type AttributeInput, elementTypeCode, float, GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, intTensor, type Model, numbersOf, type Tensor } from "../../../models/onnx/model.ts";
import { upgrade } from "../../../models/onnx/upgrade.ts";
import { UserError } from "../../../models/errors.ts";
import type { Random } from "../../reference/random.ts";
import {
  type Call,
  describe,
  fed,
  ints,
  known,
  modelOf,
  runTensors,
  sizes,
  testCalls,
} from "./shapes_check.ts";

/** The upgraded model in operator set 17 must give what the original gives. */
async function upgradeProblem(call: Call): Promise<string | undefined> {
  try {
    const { model, feeds } = modelOf(call);
    const upgraded = upgrade(model);
    const [expected, actual] = [await runTensors(model, feeds), await runTensors(upgraded, feeds)];
    for (const [name, tensor] of Object.entries(expected)) {
      const problem = difference(actual[name], tensor);
      if (problem) return `${name}: ${problem}`;
    }
    return upgraded.opset === 17 ? undefined : `it is written in operator set ${upgraded.opset}`;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

function difference(actual: Tensor | undefined, expected: Tensor): string | undefined {
  if (!actual || actual.type !== expected.type || `${actual.dims}` !== `${expected.dims}`) {
    return `${actual?.type}[${actual?.dims}] instead of ${expected.type}[${expected.dims}]`;
  }
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  const worst = b.findIndex((value, i) => !(Math.abs(value - a[i]!) <= 1e-5 + 1e-5 * Math.abs(value)));
  return worst < 0 ? undefined : `element ${worst} is ${a[worst]} instead of ${b[worst]}`;
}

function testUpgrade(name: string, count: number, draw: (random: Random) => Call): void {
  testCalls(`${name}: the upgraded model gives the same outputs`, count, draw, upgradeProblem);
}

const image = (random: Random) => fed(random, [1, 2, ...sizes(random, 2, 3, 6)]);
const old = (random: Random) => random.pick([7, 8, 9]);

testUpgrade("Squeeze and Unsqueeze before 13", 8, (random) => {
  const op = random.pick(["Squeeze", "Unsqueeze"]);
  return {
    op,
    opset: random.integer(7, 12),
    inputs: [fed(random, [1, 3, 1, 2])],
    attributes: { axes: [0, 2] },
  };
});
testUpgrade(
  "Squeeze of every axis of size 1",
  1,
  (random) => ({ op: "Squeeze", opset: 11, inputs: [fed(random, [1, 3, 1])] }),
);
testUpgrade("ReduceSum before 13", 6, (random) => ({
  op: "ReduceSum",
  opset: random.integer(7, 12),
  inputs: [fed(random, [2, 3, 4])],
  attributes: { keepdims: random.integer(0, 1), ...(random.chance(0.7) && { axes: [0, 2] }) },
}));
testUpgrade("Split before 13", 4, (random) => ({
  op: "Split",
  opset: random.integer(7, 12),
  inputs: [fed(random, [2, 4])],
  attributes: { axis: 1, ...(random.chance() && { split: [1, 3] }) },
  outputs: 2,
}));
testUpgrade("Split into a number of parts", 10, (random) => {
  const outputs = random.pick([1, 2, 3]);
  const attributes = { axis: random.pick([1, -2]), num_outputs: outputs };
  return {
    op: "Split",
    opset: random.integer(18, 22),
    inputs: [fed(random, [2, random.pick([3, 5, 6]), 2])],
    attributes,
    outputs,
  };
});
for (const name of ["Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]) {
  testUpgrade(`Reduce${name} of 18`, 4, (random) => {
    const keepdims = random.integer(0, 1);
    const inputs = [fed(random, [2, 3, 4], "float32", 1, 2), ...(random.chance(0.7) ? [ints(0, -1)] : [])];
    const keepsAll = inputs.length === 1 && ["Mean", "Max", "Min", "Prod"].includes(name) && random.chance();
    const attributes = { keepdims, ...(keepsAll && { noop_with_empty_axes: 1 }) };
    return { op: `Reduce${name}`, opset: random.integer(18, 20), inputs, attributes };
  });
}
testUpgrade("Slice before 10", 4, (random) => ({
  op: "Slice",
  opset: old(random),
  inputs: [fed(random, [3, 4, 5])],
  attributes: { starts: [1, -3], ends: [2 ** 31, -1], ...(random.chance() && { axes: [0, 2] }) },
}));
testUpgrade("TopK before 10", 2, (random) => ({
  op: "TopK",
  opset: old(random),
  inputs: [fed(random, [3, 5])],
  attributes: { k: 2, axis: random.pick([0, 1]) },
  outputs: 2,
}));
testUpgrade("Clip before 11", 8, (random) => {
  const attributes = {
    ...(random.chance() && { min: float(-0.5) }),
    ...(random.chance() && { max: float(1) }),
  };
  return { op: "Clip", opset: random.integer(7, 10), inputs: [fed(random, [3, 4])], attributes };
});
testUpgrade("Pad before 11", 8, (random) => ({
  op: "Pad",
  opset: random.integer(7, 10),
  inputs: [fed(random, [3, 4], random.pick(["float32", "float64"]))],
  attributes: {
    pads: random.integers(4, 0, 2),
    mode: random.pick(["constant", "reflect", "edge"]),
    ...(random.chance() && { value: float(1.5) }),
  },
}));
testUpgrade("Pad of chosen axes", 8, (random) => {
  const pads = ints(...random.integers(4, 0, 2));
  const value = random.chance() ? known("float32", [2], []) : "";
  const axes = random.pick([[0, 2], [-1, 0], [-2, -1]]);
  return {
    op: "Pad",
    opset: random.integer(18, 22),
    inputs: [fed(random, [2, 3, 4]), pads, value, ints(...axes)],
  };
});
for (const op of ["Softmax", "LogSoftmax", "Hardmax"]) {
  testUpgrade(`${op} before 13`, 6, (random) => {
    const opset = random.integer(7, 12);
    const attributes = random.chance(0.7) ? { axis: random.integer(opset < 11 ? 0 : -3, 2) } : {};
    return { op, opset, inputs: [fed(random, [2, 3, 4])], attributes };
  });
}

testUpgrade("BatchNormalization before 14", 8, (random) => {
  const opset = random.integer(7, 13);
  const inputs = [image(random), ...[0, 1, 2, 3].map(() => fed(random, [2], "float32", 0.5, 2))];
  const attributes: Record<string, AttributeInput> = {
    epsilon: float(1e-3),
    ...(opset < 9 && { spatial: 1 }),
  };
  return { op: "BatchNormalization", opset, inputs, attributes };
});
testUpgrade("Dropout before 12", 6, (random) => ({
  op: "Dropout",
  opset: random.integer(7, 11),
  inputs: [fed(random, [2, 5])],
  attributes: { ratio: float(0.3) },
}));
testUpgrade("GroupNormalization", 6, (random) => {
  const opset = random.integer(21, 22);
  const groups = random.pick([1, 2, 3, 6]);
  const dims = [2, 6, ...sizes(random, random.integer(1, 3), 2, 4)];
  const inputs = [fed(random, dims), fed(random, [6]), fed(random, [6])];
  return {
    op: "GroupNormalization",
    opset,
    inputs,
    attributes: { num_groups: groups, epsilon: float(1e-3) },
  };
});
testUpgrade("GroupNormalization of 18", 4, (random) => {
  const groups = random.pick([1, 2, 3]);
  const inputs = [fed(random, [2, 6, 3, 4]), fed(random, [groups]), fed(random, [groups])];
  return {
    op: "GroupNormalization",
    opset: random.integer(18, 20),
    inputs,
    attributes: { num_groups: groups },
  };
});
testUpgrade("Gelu", 4, (random) => ({
  op: "Gelu",
  opset: random.integer(20, 22),
  inputs: [image(random)],
  attributes: random.chance() ? { approximate: "tanh" } : {},
}));
testUpgrade("Mish", 2, (random) => ({ op: "Mish", opset: random.integer(18, 21), inputs: [image(random)] }));
testUpgrade("Cast of 19", 2, (random) => ({
  op: "Cast",
  opset: 19,
  inputs: [image(random)],
  attributes: { to: elementTypeCode.int32, saturate: 1 },
}));

testUpgrade("dilated AveragePool", 20, (random) => {
  const kernel = random.integers(2, 1, 3);
  const pads = [0, 1].flatMap(() => kernel.map((k) => random.integer(0, k - 1)));
  const attributes = {
    kernel_shape: kernel,
    dilations: random.integers(2, 1, 2),
    strides: random.integers(2, 1, 2),
    count_include_pad: random.integer(0, 1),
    ...(random.chance(0.7) && { pads }),
  };
  return {
    op: "AveragePool",
    opset: random.integer(19, 22),
    inputs: [fed(random, [2, 3, 6, 7])],
    attributes,
  };
});

testUpgrade("Upsample", 12, (random) => {
  const opset = old(random);
  const mode = random.pick(["nearest", "linear"]);
  const scales = [1, 1, ...random.floats([2], 1, 3)];
  return opset < 9
    ? { op: "Upsample", opset, inputs: [image(random)], attributes: { mode, scales: float(scales) } }
    : { op: "Upsample", opset, inputs: [image(random), known("float32", scales)], attributes: { mode } };
});
testUpgrade("Resize of 10", 40, (random) => {
  const scales = [1, 1, random.pick([0.4, 0.6, 1, 1.4, 2]), random.pick([0.5, 0.7, 1, 1.7, 3])];
  const mode = random.pick(["nearest", "linear"]);
  return {
    op: "Resize",
    opset: 10,
    inputs: [fed(random, [1, 2, 7, 8]), known("float32", scales)],
    attributes: { mode },
  };
});

const coordinates = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

testUpgrade("Resize of 11 to 19", 30, (random) => {
  const attributes = {
    mode: random.pick(["nearest", "linear", "cubic"]),
    coordinate_transformation_mode: random.pick(coordinates),
    nearest_mode: random.pick(roundings),
  };
  const empty = known("float32", []);
  const target = ints(1, 2, ...sizes(random, 2, 3, 12));
  const scales = known("float32", [1, 1, random.pick([0.5, 1.4, 2]), random.pick([0.6, 1, 3])]);
  const opset = random.pick([11, 12, 13, 18, 19]);
  const none = opset < 13 ? empty : "" as const;
  const inputs = random.chance() ? [none, none, target] : [none, scales];
  return { op: "Resize", opset, inputs: [fed(random, [1, 2, 6, 7]), ...inputs], attributes };
});
testUpgrade("Resize with tf_half_pixel_for_nn", 6, (random) => {
  const attributes = { coordinate_transformation_mode: "tf_half_pixel_for_nn", nearest_mode: "floor" };
  const scales = known("float32", [1, 1, ...random.floats([2], 0.5, 3)]);
  return {
    op: "Resize",
    opset: random.pick([11, 12]),
    inputs: [image(random), known("float32", []), scales],
    attributes,
  };
});
testUpgrade("Resize of chosen axes", 8, (random) => {
  const axes = random.pick([[2, 3], [3, 2], [-1, -2], [3]]);
  const by = random.chance()
    ? ["" as const, ints(...sizes(random, axes.length, 2, 9))]
    : [known("float32", random.floats([axes.length], 0.5, 2))];
  const attributes = { axes, mode: "linear" };
  return {
    op: "Resize",
    opset: random.pick([18, 19]),
    inputs: [fed(random, [1, 2, 5, 6]), "", ...by],
    attributes,
  };
});
testUpgrade("Resize with half_pixel_symmetric", 4, (random) => {
  const attributes = { coordinate_transformation_mode: "half_pixel_symmetric", mode: "linear" };
  const by = random.chance()
    ? ["" as const, ints(1, 2, ...sizes(random, 2, 2, 9))]
    : [known("float32", [1, 1, 2, 3])];
  return { op: "Resize", opset: 19, inputs: [image(random), "", ...by], attributes };
});
testUpgrade("Resize that would smooth if it shrank", 3, (random) => ({
  op: "Resize",
  opset: 18,
  inputs: [image(random), "", known("float32", [1, 1, ...random.floats([2], 1, 3)])],
  attributes: { antialias: 1, mode: "linear" },
}));
testUpgrade("GridSample of 20", 8, (random) => ({
  op: "GridSample",
  opset: random.integer(20, 22),
  inputs: [image(random), fed(random, [1, 4, 5, 2], "float32", -1.2, 1.2)],
  attributes: {
    ...(random.chance(0.8) && { mode: random.pick(["linear", "nearest", "cubic"]) }),
    padding_mode: random.pick(["zeros", "border", "reflection"]),
    align_corners: random.integer(0, 1),
  },
}));
testUpgrade("RoiAlign before 16", 3, (random) => ({
  op: "RoiAlign",
  opset: random.integer(10, 15),
  inputs: [fed(random, [1, 2, 8, 8]), known("float32", [1, 1, 6, 5, 0, 2, 7, 7], [2, 4]), ints(0, 0)],
  attributes: { output_height: 3, output_width: 2, sampling_ratio: 2 },
}));
testUpgrade("Scatter of 9", 2, (random) => ({
  op: "Scatter",
  opset: random.integer(9, 10),
  inputs: [fed(random, [3, 4]), known("int64", [2, 0, 1], [1, 3]), fed(random, [1, 3])],
}));
testUpgrade("operators that have not changed", 30, (random) => {
  const opset = random.pick([7, 9, 12, 15, 18, 20, 22]);
  const inputs = [image(random), fed(random, [1, 2, 1, 1], "float32", 0.5, 2)];
  const op = random.pick([
    "Add",
    "Mul",
    "Div",
    "PRelu",
    "Conv",
    "MaxPool",
    "AveragePool",
    "LeakyRelu",
    "LRN",
  ]);
  const windows = { kernel_shape: [2, 2], pads: [1, 1, 0, 0] };
  if (op === "Conv") {
    return { op, opset, inputs: [inputs[0]!, fed(random, [3, 2, 2, 2])], attributes: windows };
  }
  if (op.endsWith("Pool")) return { op, opset, inputs: inputs.slice(0, 1), attributes: windows };
  if (op === "LeakyRelu" || op === "LRN") {
    return { op, opset, inputs: inputs.slice(0, 1), attributes: op === "LRN" ? { size: 3 } : {} };
  }
  if (op === "PRelu") return { op, opset, inputs: [inputs[0]!, fed(random, [2, 1, 1])] };
  return { op, opset, inputs };
});

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
  g.graph.nodes[0]!.domain = "com.microsoft";
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
      (error) => error instanceof UserError && message.test(error.message) && !error.message.includes("\n"),
      describe(call),
    );
  }
  const runtimeAxes = new GraphBuilder({ opset: 18 });
  const names = [runtimeAxes.input("x", "float32", [2, 3]), runtimeAxes.input("axes", "int64", [1])];
  runtimeAxes.output("y", runtimeAxes.op("ReduceMean", names), "float32");
  assert.throws(() => upgrade(runtimeAxes.build()), /ReduceMean, operator set 18.*run time/);
  const newer = modelOf({ op: "Relu", inputs: [x] }).model;
  for (const opset of [6, 23]) {
    assert.throws(() => upgrade({ ...newer, opset } as Model), /operator set (6|23); export it again/);
  }
});
