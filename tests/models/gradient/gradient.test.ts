import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { differentiate } from "../../../models/gradient/differentiate.ts";
import { gradientModel, meanSquares, reachableLayers } from "../../../models/gradient/gradient.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../../models/onnx/model.ts";
import { relativeError, runModel } from "../../reference/check_gradient.ts";
import { ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";

const size = [1, 3, 9, 11];

/**
 * x -> conv -> Relu `low` -> MaxPool -> conv -> Tanh `high`, and the unknown operator that computes `top`.
 */
function network(random: Random): Model {
  const g = new GraphBuilder();
  const weights = (...dims: number[]) => g.constant(floatTensor(random.floats(dims), dims));
  const x = g.input("x", "float32", [1, 3, "height", "width"]);
  const edges = g.op("Conv", [x, weights(6, 3, 3, 3)], { pads: [1, 1, 1, 1] }, "edges");
  const low = g.op("Relu", [edges], {}, "low");
  const pooled = g.op("MaxPool", [low], { kernel_shape: [3, 3], strides: [2, 2] }, "pooled");
  const high = g.op("Tanh", [g.op("Conv", [pooled, weights(4, 6, 1, 1)], {}, "mixed")], {}, "high");
  g.op("Relu", [g.op("Mystery", [high], {}, "strange")], {}, "top");
  return g.build();
}

/** The graph's gradients at the given input. */
async function gradientsOf(
  build: (g: GraphBuilder, x: string) => string,
  values: number[],
): Promise<number[]> {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [values.length]);
  const [gradient] = differentiate(g, build(g, x), [x]);
  g.output("gradient", gradient!, "float32");
  const out = await runModel(g.build(), { x: ndArray([values.length], Float64Array.from(values)) });
  return [...out.get("gradient")!.data];
}

Deno.test("differentiate() adds up the gradients of a value that is used more than once", async () => {
  // x^3 + 2 x^2, with x read by three nodes and by both inputs of one.
  const cubic = (g: GraphBuilder, x: string) => {
    const square = g.mul(x, x);
    return g.reduceSum(g.add(g.mul(square, x), g.add(square, square)), undefined, 0);
  };
  assert.deepEqual(await gradientsOf(cubic, [1, -2, 0.5]), [7, 4, 2.75]);
});

Deno.test("differentiate() gives zeros where the loss does not depend on the input", async () => {
  const constant = (g: GraphBuilder) => g.reduceSum(g.floats([1, 2]), undefined, 0);
  const byShape = (g: GraphBuilder, x: string) =>
    g.reduceSum(g.cast(g.op("Shape", [x]), "float32"), undefined, 0);
  const bySteps = (g: GraphBuilder, x: string) => g.reduceSum(g.floor(x), undefined, 0);
  for (const loss of [constant, byShape, bySteps]) assert.deepEqual(await gradientsOf(loss, [1, 2]), [0, 0]);
});

Deno.test("differentiate() does no work for weights", () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", size);
  const weight = g.constant(floatTensor(new Float32Array(2 * 3), [2, 3, 1, 1]));
  const loss = g.reduceSum(g.conv(x, weight), undefined, 0);
  const before = g.graph.nodes.length;
  differentiate(g, loss, [x]);
  assert.deepEqual(g.graph.nodes.slice(before).map(({ op }) => op), ["Expand", "Conv"]);
});

Deno.test("differentiate() reaches values inside the graph and stops there", async () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [2]);
  const inner = g.mul(x, g.scalar(3));
  const [gradient] = differentiate(g, g.reduceSum(g.mul(inner, inner), undefined, 0), [inner]);
  g.output("gradient", gradient!, "float32");
  const out = await runModel(g.build(), { x: ndArray([2], Float64Array.of(1, 2)) });
  assert.deepEqual([...out.get("gradient")!.data], [6, 12]);
});

Deno.test("gradientModel() returns the loss and its gradient at the input", async () => {
  const random = new Random(3);
  const model = gradientModel(network(random), { layers: ["low", "high"], inputShape: size });
  const x = ndArray(size, random.floats(size));
  const at = async (values: Float64Array) =>
    (await runModel(model, { x: ndArray(size, values) })).get("loss")!.data[0]!;
  const out = await runModel(model, { x });
  const gradient = out.get("gradient")!;
  assert.deepEqual(model.graph.inputs.map(({ name }) => name), ["x"]);
  assert.deepEqual(out.get("loss")!.dims, []);
  assert.deepEqual(gradient.dims, size);
  // Along the gradient the loss grows by the squared norm of the gradient.
  const step = 1e-3;
  const moved = (sign: number) => x.data.map((value, i) => value + sign * step * gradient.data[i]!);
  const slope = (await at(Float64Array.from(moved(1))) - await at(Float64Array.from(moved(-1)))) / (2 * step);
  const expected = gradient.data.reduce((sum, value) => sum + value ** 2, 0);
  assert.ok(Math.abs(slope - expected) < 0.01 * expected, `${slope} instead of ${expected}`);
});

Deno.test("gradientModel() climbs the sum of the layers' mean squares unless given another loss", async () => {
  const source = network(new Random(4));
  const x = ndArray(size, new Random(5).floats(size));
  const run = (options: Parameters<typeof gradientModel>[1]) =>
    runModel(gradientModel(source, options), { x });
  const layers = ["low", "high"];
  const standard = await run({ layers, inputShape: size });
  const same = await run({ layers, inputShape: size, loss: meanSquares });
  const half = await run({
    layers,
    inputShape: size,
    loss: (g, activations) => g.mul(meanSquares(g, activations), g.scalar(0.5)),
  });
  assert.deepEqual([...standard.get("gradient")!.data], [...same.get("gradient")!.data]);
  const doubled = half.get("gradient")!.data.map((value) => 2 * value);
  assert.ok(relativeError(doubled, standard.get("gradient")!.data) < 1e-6);
});

Deno.test("gradientModel() without MaxPool Indices gives the same gradient", async () => {
  const source = network(new Random(6));
  const options = { layers: ["high"], inputShape: size };
  const free = gradientModel(source, { ...options, maxPool: "indexFree" });
  assert.ok(free.graph.nodes.every(({ op, outputs }) => op !== "MaxPool" || outputs.length === 1));
  const x = ndArray(size, new Random(8).floats(size));
  const [a, b] = [await runModel(free, { x }), await runModel(gradientModel(source, options), { x })];
  assert.ok(relativeError(a.get("gradient")!.data, b.get("gradient")!.data) < 1e-6);
});

Deno.test("a strided convolution has the transposed convolution as its gradient, in either form", async () => {
  const random = new Random(13);
  const forms = new Set<boolean>();
  for (let round = 0; round < 24; round++) {
    const stride = random.integer(2, 3);
    const kernel = random.pick([random.integers(2, 1, 4), random.integers(2, 5, 8)]);
    const [out, inner] = [random.integer(1, 4), random.pick([3, 9])];
    const pads = kernel.map((size) => random.integer(0, Math.floor((size - 1) / 2)));
    const attributes = { strides: [stride, stride], pads: [...pads, ...pads] };
    const grad = [1, out, random.integer(2, 4), random.integer(2, 4)];
    const spare = random.integers(2, 0, stride - 1);
    const dims = [
      1,
      inner,
      ...kernel.map((size, axis) => (grad[axis + 2]! - 1) * stride + size - 2 * pads[axis]! + spare[axis]!),
    ];
    const weight = floatTensor(random.floats([out, inner, ...kernel]), [out, inner, ...kernel]);
    const expected = new GraphBuilder();
    const back = { ...attributes, output_padding: spare };
    const inputs = [expected.input("grad", "float32", grad), expected.constant(weight)];
    expected.output("gradient", expected.op("ConvTranspose", inputs, back), "float32");
    const g = new GraphBuilder();
    const y = g.conv(g.input("x", "float32", dims), g.constant(weight), "", attributes);
    const loss = g.reduceSum(g.mul(y, g.input("grad", "float32", grad)), undefined, 0);
    g.output("gradient", differentiate(g, loss, ["x"])[0]!, "float32");
    const isSubPixel = g.graph.nodes.some(({ op }) => op === "DepthToSpace");
    assert.equal(isSubPixel, inner === 3 && Math.min(...kernel) > 2 * stride);
    forms.add(isSubPixel);
    const feeds = { grad: ndArray(grad, random.floats(grad)), x: ndArray(dims, random.floats(dims)) };
    const a = (await runModel(g.build(), feeds)).get("gradient")!;
    const b = (await runModel(expected.build(), { grad: feeds.grad })).get("gradient")!;
    assert.deepEqual(a.dims, b.dims);
    assert.ok(relativeError(a.data, b.data) < 1e-5, JSON.stringify({ dims, kernel, ...attributes }));
  }
  assert.equal(forms.size, 2);
});

Deno.test("parallel 1x1 convolutions pass their gradient in one, for each part of what was concatenated", async () => {
  const random = new Random(14);
  const weights = [4, 6, 5].map((out) => floatTensor(random.floats([out, 8, 1, 1]), [out, 8, 1, 1]));
  const dims = [1, 8, 3, 4];
  const x = ndArray(dims, random.floats(dims));
  /** Splits x in two, joins the parts again, and feeds them to some of the convolutions. */
  const gradient = async (branches: typeof weights) => {
    const g = new GraphBuilder();
    const input = g.input("x", "float32", dims);
    const parts = [[0, 3], [3, 8]].map(([start, end]) => g.tanh(g.slice(input, [start!], [end!], [1])));
    const joined = g.concat(parts, 1);
    const losses = branches.map((weight) => {
      const branch = g.tanh(g.conv(joined, g.constant(weight)));
      return g.reduceSum(g.mul(branch, branch), undefined, 0);
    });
    const forward = g.graph.nodes.length;
    g.output("gradient", differentiate(g, losses.reduce(g.add), ["x"])[0]!, "float32");
    const operators = g.graph.nodes.slice(forward).map(({ op }) => op);
    return { operators, values: (await runModel(g.build(), { x })).get("gradient")!.data };
  };
  const all = await gradient(weights);
  assert.equal(all.operators.filter((op) => op === "Conv").length, 2);
  assert.equal(all.operators.filter((op) => op === "Concat").length, 1);
  assert.ok(!all.operators.includes("Slice"));
  const alone = await Promise.all(weights.map((weight) => gradient([weight])));
  const sum = all.values.map((_, i) => alone.reduce((total, { values }) => total + values[i]!, 0));
  assert.ok(relativeError(all.values, sum) < 1e-6);
});

Deno.test("gradientModel() leaves the given network as it was", () => {
  const source = network(new Random(9));
  const before = JSON.stringify(source.graph.nodes);
  const constants = [...source.graph.initializers.keys()];
  gradientModel(source, { layers: ["high"], inputShape: size });
  assert.equal(JSON.stringify(source.graph.nodes), before);
  assert.deepEqual([...source.graph.initializers.keys()], constants);
});

Deno.test("an operator without a rule is named with its node and the layers below it", () => {
  const source = network(new Random(10));
  assert.throws(() => gradientModel(source, { layers: ["top"], inputShape: size }), (error) => {
    assert.ok(error instanceof ReverieError);
    assert.match(
      error.message,
      /operator Mystery of node "strange" has no gradient; layers .*: .*low, pooled, .*high$/,
    );
    return true;
  });
});

Deno.test("reachableLayers() lists values and nodes up to the first operator without a rule", () => {
  const source = network(new Random(11));
  source.graph.nodes[1]!.name = "activation";
  assert.deepEqual(reachableLayers(source), ["edges", "low", "activation", "pooled", "mixed", "high"]);
});

Deno.test("a layer that does not depend on the picture is refused", () => {
  const g = new GraphBuilder();
  g.input("x", "float32", size);
  g.op("Relu", [g.floats([1, 2])], {}, "fixed");
  assert.throws(
    () => gradientModel(g.build(), { layers: ["fixed"], inputShape: size }),
    /the layer "fixed" does not depend on the network's input/,
  );
});
