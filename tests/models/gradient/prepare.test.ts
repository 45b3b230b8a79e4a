import assert from "node:assert/strict";
import { gradientModel, reachableLayers } from "../../../models/gradient/gradient.ts";
import { ReverieError } from "../../../models/errors.ts";
import { prepare } from "../../../models/gradient/prepare.ts";
import {
  type Attribute,
  floatTensor,
  intTensor,
  type Model,
  type Tensor,
} from "../../../models/onnx/model.ts";
import { float, GraphBuilder } from "../../../models/onnx/build.ts";
import { relativeError, runModel } from "../../reference/check_gradient.ts";
import { ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";

const random = new Random(7);
const size = [1, 3, 12, 16];

/** Random weights as a constant of the graph. */
function weights(g: GraphBuilder, dims: number[], low = -0.5, high = 0.5): string {
  return g.constant(floatTensor(random.floats(dims, low, high), dims));
}

function network(build: (g: GraphBuilder, x: string) => void, dims: (number | string)[] = size): Model {
  const g = new GraphBuilder();
  build(g, g.input("x", "float32", dims));
  return g.build();
}

const operators = (model: Model): string[] => model.graph.nodes.map(({ op }) => op);

/** Asserts that the prepared network's layers have the same values as in the original network. */
async function assertSameActivations(model: Model, values: string[], layers = values): Promise<Model> {
  const prepared = prepare(model, { layers, inputShape: size });
  const feeds = { x: ndArray(size, random.floats(size)) };
  const outputs = values.map((name) => ({ name, type: "float32" as const }));
  const expected = await runModel({ ...model, graph: { ...model.graph, outputs } }, feeds);
  const actual = await runModel(prepared.model, feeds);
  values.forEach((value, index) => {
    const [a, b] = [actual.get(prepared.layers[index]!)!, expected.get(value)!];
    assert.deepEqual(a.dims, b.dims);
    assert.ok(relativeError(a.data, b.data) < 1e-5, `${value} is off by ${relativeError(a.data, b.data)}`);
  });
  return prepared.model;
}

const unit = (g: GraphBuilder, x: string, from: number, to: number, name: string, kernel = 3): string => {
  const pads = new Array<number>(4).fill((kernel - 1) / 2);
  const conv = g.op(
    "Conv",
    [x, weights(g, [to, from, kernel, kernel]), weights(g, [to])],
    { pads },
    `${name}/conv`,
  );
  return g.op("Relu", [conv], {}, name);
};

Deno.test("prepare() cuts away everything above the layer", async () => {
  const model = network((g, x) => {
    const low = unit(g, x, 3, 8, "low");
    const flat = g.op("Flatten", [unit(g, low, 8, 4, "high")], { axis: 1 });
    g.output("classes", g.op("Gemm", [flat, weights(g, [4 * 12 * 16, 5])], {}), "float32");
  });
  const cut = await assertSameActivations(model, ["low"]);
  assert.deepEqual(operators(cut), ["Conv", "Relu"]);
  assert.equal(cut.graph.initializers.size, 2);
  assert.deepEqual(cut.graph.outputs, [{ name: "low", type: "float32", dims: [1, 8, 12, 16] }]);
});

Deno.test("prepare() sets an input that the file fixes to another size, and shapes computed from it follow", async () => {
  const build = (g: GraphBuilder, x: string) => {
    const low = unit(g, x, 3, 8, "low");
    const shape = g.op("Shape", [low]);
    const channels = g.op("Gather", [shape, g.constant(intTensor([1]))], { axis: 0 });
    const rows = g.op("Concat", [channels, g.ints(-1)], { axis: 0 });
    g.output("y", g.relu(g.op("Reshape", [low, rows], {}, "rows")), "float32");
  };
  const fixed = network(build, [1, 3, 224, 224]);
  const prepared = prepare(fixed, { layers: ["rows"], inputShape: size }).model;
  assert.deepEqual(prepared.graph.inputs[0]!.dims, size);
  assert.deepEqual(prepared.graph.outputs[0]!.dims, [8, 12 * 16]);
  assert.deepEqual(operators(prepared), ["Conv", "Relu", "Reshape"]);
  await assertSameActivations(network(build, size), ["rows"]);
});

Deno.test("prepare() refuses an input shape of another rank, and a head that needs another size", () => {
  const model = network((g, x) => {
    const flat = g.op("Flatten", [unit(g, x, 3, 4, "low")], { axis: 1 });
    g.output("classes", g.op("MatMul", [flat, weights(g, [4 * 12 * 16, 5])], {}, "head"), "float32");
  });
  const attempt = (layer: string, inputShape: number[]) => () =>
    prepare(model, { layers: [layer], inputShape });
  assert.throws(attempt("low", [3, 12, 16]), /ReverieError.*4 dimensions/s);
  assert.throws(attempt("head", [1, 3, 20, 20]), (error) => {
    assert.ok(error instanceof ReverieError);
    assert.match(
      error.message,
      /cannot run up to this layer with an input of 1x3x20x20.*choose a lower layer/s,
    );
    return true;
  });
});

Deno.test("prepare() folds batch normalisation and per-channel arithmetic into the convolution", async () => {
  const model = network((g, x) => {
    const conv = g.conv(x, weights(g, [8, 3, 3, 3]), "", { pads: [1, 1, 1, 1] });
    const statistics = [weights(g, [8], 0.5, 2), weights(g, [8]), weights(g, [8]), weights(g, [8], 0.5, 2)];
    const normal = g.op("BatchNormalization", [conv, ...statistics], { epsilon: float(1e-3) });
    const scaled = g.mul(weights(g, [1, 8, 1, 1]), normal);
    const turned = g.sub(weights(g, [8, 1, 1]), scaled);
    const halved = g.div(turned, g.scalar(2));
    g.output("y", g.op("Relu", [g.add(halved, weights(g, [8, 1, 1]))], {}, "layer"), "float32");
  });
  assert.deepEqual(operators(await assertSameActivations(model, ["layer"])), ["Conv", "Relu"]);
});

Deno.test("prepare() leaves a convolution alone whose own result is a layer or is used elsewhere", async () => {
  const statistics = (
    g: GraphBuilder,
  ) => [weights(g, [4], 0.5, 2), weights(g, [4]), weights(g, [4]), weights(g, [4], 0.5, 2)];
  const model = network((g, x) => {
    const conv = g.op("Conv", [x, weights(g, [4, 3, 1, 1])], {}, "conv");
    const normal = g.op("BatchNormalization", [conv, ...statistics(g)], {}, "normal");
    g.op("Add", [normal, conv], {}, "sum");
  });
  assert.deepEqual(operators(await assertSameActivations(model, ["conv", "normal"])), [
    "Conv",
    "BatchNormalization",
  ]);
  assert.deepEqual(operators(await assertSameActivations(model, ["sum"])), [
    "Conv",
    "BatchNormalization",
    "Add",
  ]);
});

Deno.test("prepare() puts Relu behind the MaxPool that is its only reader", async () => {
  const model = network((g, x) => {
    const low = unit(g, x, 3, 8, "low");
    const pooled = g.op(
      "MaxPool",
      [low],
      { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      "pooled",
    );
    unit(g, pooled, 8, 4, "high");
  });
  assert.deepEqual(operators(await assertSameActivations(model, ["pooled"])), ["Conv", "MaxPool", "Relu"]);
  assert.deepEqual(operators(await assertSameActivations(model, ["high", "low"])), [
    ...["Conv", "Relu", "MaxPool"],
    ...["Conv", "Relu"],
  ]);
});

Deno.test("prepare() pools the parts of a concatenation, also where one pool follows another", async () => {
  const model = network((g, x) => {
    const parts = ["left", "right"].map((name) => unit(g, x, 3, 4, name));
    const joined = g.op("Concat", parts, { axis: 1 }, "joined");
    const pooled = g.op("MaxPool", [joined], { kernel_shape: [3, 3], strides: [2, 2] }, "pooled");
    g.op("MaxPool", [pooled], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, "again");
  });
  assert.deepEqual(operators(await assertSameActivations(model, ["again"])).toSorted(), [
    "Concat",
    ...["Conv", "Conv", "MaxPool", "MaxPool", "MaxPool", "MaxPool", "Relu", "Relu"],
  ]);
  await assertSameActivations(model, ["joined", "pooled", "again"]);
});

Deno.test("prepare() averages behind a 1x1 convolution that leaves fewer channels", async () => {
  const pooled = (attributes: Record<string, number | number[]>, to: number) =>
    network((g, x) => {
      const low = unit(g, x, 3, 8, "low");
      const pool = g.op("AveragePool", [low], { kernel_shape: [3, 3], ...attributes });
      unit(g, pool, 8, to, "high", 1);
      g.op("Add", [low, low], {}, "other");
    });
  const order = async (model: Model) =>
    operators(await assertSameActivations(model, ["high"])).slice(2).join(" ");
  assert.equal(await order(pooled({ pads: [1, 1, 1, 1] }, 4)), "Conv AveragePool Relu");
  assert.equal(await order(pooled({ strides: [2, 2], count_include_pad: 1 }, 4)), "Conv AveragePool Relu");
  // In the first case the border's zeros would lose the bias; in the second the pool would process more
  // channels.
  assert.equal(await order(pooled({ pads: [1, 1, 1, 1], count_include_pad: 1 }, 4)), "AveragePool Conv Relu");
  assert.equal(await order(pooled({ pads: [1, 1, 1, 1] }, 16)), "AveragePool Conv Relu");
});

Deno.test("prepare() drops Identity and Dropout and still finds the layers that they make", async () => {
  const model = network((g, x) => {
    const low = g.op("Identity", [unit(g, x, 3, 8, "low")], {}, "copy");
    g.op("Relu", [unit(g, g.op("Dropout", [low], {}, "dropped"), 8, 4, "high")], {}, "top");
  });
  const prepared = await assertSameActivations(model, ["dropped", "top", "copy"]);
  assert.deepEqual(operators(prepared), ["Conv", "Relu", "Conv", "Relu", "Relu"]);
  assert.deepEqual(prepare(model, { layers: ["dropped", "top", "copy"], inputShape: size }).layers, [
    "low",
    "top",
    "low",
  ]);
});

/** The branch of an If: a graph that reads values from the graph around it. */
function branch(build: (g: GraphBuilder) => string): Attribute {
  const g = new GraphBuilder();
  g.graph.outputs.push({ name: build(g), type: "float32" });
  return { kind: "graph", value: g.graph };
}

/**
 * An If as PyTorch exports it for a size-dependent choice: `condition` selects `low` doubled or `low` clipped
 * at 0.2.
 */
function branching(condition: (g: GraphBuilder, x: string) => string): Model {
  return network((g, x) => {
    const low = unit(g, x, 3, 8, "low");
    const chosen = g.op("If", [condition(g, x)], {
      then_branch: branch((inner) => inner.op("Mul", [low, inner.scalar(2)], {}, "doubled")),
      else_branch: branch((inner) => inner.op("Min", [low, inner.scalar(0.2)], {}, "limited")),
    }, "chosen");
    g.output("y", unit(g, chosen, 8, 4, "high"), "float32");
  });
}

const hasRows = (rows: number) => (g: GraphBuilder, x: string): string => {
  const height = g.op("Gather", [g.op("Shape", [x]), g.constant(intTensor([2], []))], { axis: 0 });
  return g.op("Equal", [height, g.constant(intTensor([rows], []))]);
};

Deno.test("prepare() goes through an If that chooses by the input's size", async () => {
  for (const [rows, kept] of [[12, "Mul"], [13, "Min"]] as const) {
    const model = await assertSameActivations(branching(hasRows(rows)), ["high", "chosen"]);
    assert.equal(operators(model).includes(kept), true);
    assert.equal(operators(model).includes("If"), false);
  }
});

Deno.test("a dream goes through an If that chooses by the input's size", async () => {
  const model = branching(hasRows(12));
  const plain = gradientModel(model, { layers: ["high"], inputShape: size });
  const x = random.floats(size);
  const { gradient, loss } = Object.fromEntries(await runModel(plain, { x: ndArray(size, x) }));
  const length = Math.hypot(...gradient!.data);
  const moved = x.map((value, i) => value + 1e-3 * gradient!.data[i]! / length);
  const after = (await runModel(plain, { x: ndArray(size, moved) })).get("loss")!;
  const slope = (after.data[0]! - loss!.data[0]!) / 1e-3;
  assert.ok(Math.abs(slope / length - 1) < 0.02, `the slope is ${slope}, not ${length}`);
});

Deno.test("reachableLayers() lists what lies above an If whose condition is known", () => {
  const always = branching((g) => g.constant({ type: "bool", dims: [], data: Uint8Array.of(1) }));
  assert.ok(reachableLayers(always).includes("high"));
  assert.ok(
    !reachableLayers(branching((g, x) => g.greater(g.reduceMean(x, undefined, 0), g.scalar(0))))
      .includes("high"),
  );
});

Deno.test("prepare() names an If that chooses by what is in the picture, and the layers below it", () => {
  const model = branching((g, x) => g.greater(g.reduceMean(x, undefined, 0), g.scalar(0)));
  assert.throws(() => prepare(model, { layers: ["high"], inputShape: size }), (error: Error) => {
    assert.ok(error instanceof ReverieError);
    assert.match(error.message, /the operator If of node "chosen" has no gradient; .*low/);
    return true;
  });
});

Deno.test("prepare() brings an older operator set to 17 first", async () => {
  const g = new GraphBuilder({ opset: 9 });
  const bound = (value: number): Attribute => ({ kind: "float", value });
  const x = g.input("x", "float32", size);
  g.op("Clip", [g.conv(x, weights(g, [4, 3, 1, 1]))], { min: bound(-0.1), max: bound(0.2) }, "clipped");
  assert.equal((await assertSameActivations(g.build(), ["clipped"])).opset, 17);
});

Deno.test("prepare() takes a layer by value, by node, and by words that fit only one", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", size);
  for (const name of ["Mixed_4c/Branch_0/Conv2d:0", "Mixed_4c/concat:0", "Mixed_4d/concat:0"]) {
    g.op("Relu", [x], {}, name);
  }
  g.graph.nodes[2]!.name = "the third";
  const layer = (name: string) => prepare(g.build(), { layers: [name], inputShape: size }).layers[0];
  assert.equal(layer("Mixed_4c/concat:0"), "Mixed_4c/concat:0");
  assert.equal(layer("the third"), "Mixed_4d/concat:0");
  assert.equal(layer("mixed_4c/concat"), "Mixed_4c/concat:0");
  assert.equal(layer("4d.concat"), "Mixed_4d/concat:0");
  assert.equal(layer("branch_0"), "Mixed_4c/Branch_0/Conv2d:0");
  assert.throws(
    () => layer("concat"),
    /could be Mixed_4c\/concat:0, Mixed_4d\/concat:0; give the whole name/,
  );
  assert.throws(() => layer("mixed9"), /no layer "mixed9"; its layers are Mixed_4c/);
  assert.throws(() => prepare(g.build(), { layers: [], inputShape: size }), /at least one layer/);
});

Deno.test("prepare() computes in float32 what a network computes in float16, bfloat16 or float64", async () => {
  const plain = network((g, x) => void g.op("Relu", [g.mul(x, g.scalar(1.5))], {}, "layer"));
  const feeds = { x: ndArray(size, random.floats(size)) };
  const expected = (await runModel(prepare(plain, { layers: ["layer"], inputShape: size }).model, feeds)).get(
    "layer",
  )!;
  const factors = {
    float16: Uint16Array.of(0x3e00),
    bfloat16: Uint16Array.of(0x3fc0),
    float64: Float64Array.of(1.5),
  };
  for (const [type, data] of Object.entries(factors) as [keyof typeof factors, Uint16Array][]) {
    const model = network((g, x) => {
      const scaled = g.mul(g.cast(x, type), g.constant({ type, dims: [], data }));
      g.op("Relu", [g.cast(scaled, "float32")], {}, "layer");
    });
    const prepared = prepare(model, { layers: ["layer"], inputShape: size }).model;
    const computed = network((g, x) => {
      const factor = g.cast(g.add(g.cast(g.scalar(1), type), g.cast(g.scalar(0.5), type)), "float32");
      g.op("Relu", [g.mul(x, factor)], {}, "layer");
    });
    const ofComputed = prepare(computed, { layers: ["layer"], inputShape: size }).model;
    assert.deepEqual((await runModel(ofComputed, feeds)).get("layer"), expected, `computed ${type}`);
    assert.ok(prepared.graph.nodes.every(({ op, attributes: { to } }) => op !== "Cast" || to?.value === 1));
    assert.deepEqual((await runModel(prepared, feeds)).get("layer"), expected, type);
  }
});

function unreadable(): never {
  throw new Error("its elements are asked for");
}

Deno.test("prepare() cares only for what lies below the layers", () => {
  const model = network((g, x) => {
    const low = unit(g, x, 3, 8, "low");
    g.op("Frobnicate", [low, g.input("second", "other", [])], {}, "above");
    g.op("Resize", [low, "", g.floats([1, 1, 0.3, 0.3])], { antialias: 1, mode: "linear" }, "newer");
    const packed = { type: "other" as const, dims: [4] };
    g.graph.initializers.set("packed", Object.defineProperty(packed, "data", { get: unreadable }) as Tensor);
  });
  assert.deepEqual(operators(prepare({ ...model, opset: 18 }, { layers: ["low"], inputShape: size }).model), [
    "Conv",
    "Relu",
  ]);
});

Deno.test("a value or a weight of the network may have any name, also one of the gradient's", async () => {
  const build = (names: string[]) =>
    network((g, x) => {
      const [weight, conv, layer] = names as [string, string, string];
      g.graph.initializers.set(
        weight,
        floatTensor(Float32Array.from({ length: 108 }, (_, i) => i / 100 % 0.3), [4, 3, 3, 3]),
      );
      g.graph.nodes.push({
        name: conv,
        op: "Conv",
        domain: "",
        inputs: [x, weight],
        outputs: [conv],
        attributes: {},
      });
      g.graph.nodes.push({
        name: layer,
        op: "Relu",
        domain: "",
        inputs: [conv],
        outputs: [layer],
        attributes: {},
      });
    });
  const feeds = { x: ndArray(size, random.floats(size)) };
  const gradientOf = async (names: string[]) => {
    const results = await runModel(
      gradientModel(build(names), { layers: [names[2]!], inputShape: size }),
      feeds,
    );
    return [results.get("loss"), results.get("gradient")];
  };
  const expected = await gradientOf(["w", "c", "r"]);
  for (
    const names of [["gradient", "loss", "dreamed"], ["w", "gradient", "層"], ["loss", "one", "gradient"], [
      "Mul",
      "zeros",
      "loss",
    ]]
  ) {
    assert.deepEqual(await gradientOf(names), expected, names.join());
  }
});
