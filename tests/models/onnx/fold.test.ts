import assert from "node:assert/strict";
import { float, GraphBuilder } from "../../../models/onnx/build.ts";
import { elementCount, floatTensor, type Model, numbersOf } from "../../../models/onnx/model.ts";
import { foldConstants } from "../../../models/onnx/fold.ts";
import { ShapeTable } from "../../../models/onnx/shapes.ts";
import { runTensors } from "./shapes_check.ts";

/**
 * The end of a slice as exported by PyTorch, far beyond the integers that a JavaScript number represents
 * exactly.
 */
Deno.test("the largest int64 goes through arithmetic that only moves it", () => {
  const g = new GraphBuilder();
  const largest = { type: "int64" as const, dims: [1], data: BigInt64Array.of(2n ** 63n - 1n) };
  const ends = g.concat([g.ints(2), g.op("Identity", [g.constant(largest)])], 0);
  const x = g.input("x", "float32", [5, 6]);
  const y = g.op("Slice", [x, g.ints(0, 1), ends]);
  const table = new ShapeTable(g.graph);
  assert.deepEqual(table.shape(y), [2, 5]);
  assert.equal(table.constant(ends)!.data[1], 2n ** 63n - 1n);
  assert.equal(numbersOf(table.constant(g.op("Abs", [g.constant(largest)]))!)[0], Number(2n ** 63n));
});

function modelWithConstants(dims: (number | string)[]): Model {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", dims);
  const two = g.op("Constant", [], { value: { kind: "tensor", value: floatTensor([2], []) } });
  const half = g.op("Constant", [], { value_float: float(0.5) });
  g.relu(g.mul(x, two));
  const shape = g.concat([g.op("Gather", [g.op("Shape", [x]), g.ints(0)]), g.ints(-1)], 0);
  const weights = g.transpose(g.floats(Array.from({ length: 12 }, (_, i) => i), [2, 6]), [1, 0]);
  const y = g.matmul(g.op("Reshape", [g.mul(x, g.op("Mul", [two, half])), shape]), weights);
  g.output("y", y, "float32");
  return g.build();
}

Deno.test("what does not depend on the input becomes an initializer, and what nobody reads is dropped", async () => {
  const model = modelWithConstants([3, 2, 3]);
  const before = structuredClone(model);
  const folded = foldConstants(model);
  assert.deepEqual(model, before);
  assert.deepEqual(folded.graph.nodes.map(({ op }) => op), ["Mul", "Reshape", "MatMul", "Identity"]);
  assert.deepEqual([...folded.graph.initializers.values()].map(({ dims }) => dims).sort(), [[], [2], [6, 2]]);
  const x = floatTensor(Array.from({ length: 18 }, (_, i) => i / 7), [3, 2, 3]);
  assert.deepEqual(await runTensors(folded, { x }), await runTensors(model, { x }));
});

Deno.test("constants are folded where the input's size is open, but its shape is not", () => {
  const { nodes } = foldConstants(modelWithConstants(["n", 2, 3])).graph;
  assert.deepEqual(nodes.map(({ op }) => op), [
    "Shape",
    "Gather",
    "Concat",
    "Mul",
    "Reshape",
    "MatMul",
    "Identity",
  ]);
});

Deno.test("results larger than allowed stay nodes", () => {
  const { graph } = foldConstants(modelWithConstants([3, 2, 3]), { largestConstant: 4 });
  assert.ok(graph.nodes.some(({ op }) => op === "Transpose"));
  assert.ok([...graph.initializers.values()].every(({ dims }) => elementCount(dims) <= 12));
});

Deno.test("an output that is constant stays the output of a node", async () => {
  const g = new GraphBuilder();
  g.output("shape", g.op("Shape", [g.input("x", "float32", [2, 5])]), "int64");
  const folded = foldConstants(g.build());
  assert.deepEqual(folded.graph.nodes.map(({ op }) => op), ["Identity"]);
  const { shape } = await runTensors(folded, { x: floatTensor(new Float32Array(10), [2, 5]) });
  assert.deepEqual(numbersOf(shape!), [2, 5]);
});

/** PyTorch's export of squeeze(): an If, because the size of the axis might not be 1. */
function squeezeInIf(): Model {
  const branch = (op: string, inputs: string[]) => {
    const g = new GraphBuilder({ name: op });
    // Both branches may use the same names.
    const last = op === "Squeeze"
      ? g.op(op, [...inputs, g.ints(1)], {}, "squeezed")
      : g.op(op, inputs, {}, "squeezed");
    g.graph.outputs.push({ name: last, type: "float32" });
    return { kind: "graph" as const, value: g.graph };
  };
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [2, "channels", 3]);
  const channels = g.op("Gather", [g.op("Shape", [x]), g.ints(1)]);
  const condition = g.op("Squeeze", [g.op("Equal", [channels, g.ints(1)])]);
  const branches = { then_branch: branch("Squeeze", [x]), else_branch: branch("Identity", [x]) };
  const [first, second] = [g.op("If", [condition], branches), g.op("If", [condition], branches)];
  g.output("y", g.relu(first), "float32");
  g.output("z", g.neg(second), "float32");
  return g.build();
}

Deno.test("an If whose condition is known gives way to the branch it takes", async () => {
  for (const channels of [1, 4]) {
    // onnxruntime refuses the other branch if it knows the size beforehand.
    const model = squeezeInIf();
    const [input] = model.graph.inputs;
    const inputs = [{ ...input!, dims: [2, channels, 3] }];
    const folded = foldConstants({ ...model, graph: { ...model.graph, inputs } });
    assert.ok(folded.graph.nodes.every(({ op }) => op !== "If" && op !== "Equal"));
    const x = floatTensor(Array.from({ length: 6 * channels }, (_, i) => i - 4), [2, channels, 3]);
    assert.deepEqual(await runTensors(folded, { x }), await runTensors(model, { x }));
    const table = new ShapeTable(folded.graph);
    assert.deepEqual(table.shape("z"), channels === 1 ? [2, 3] : [2, 4, 3]);
  }
});

Deno.test("an If whose condition is open stays", () => {
  assert.equal(foldConstants(squeezeInIf()).graph.nodes.filter(({ op }) => op === "If").length, 2);
});

Deno.test("scaling to the size of another value survives that its size is known", async () => {
  // 15 times float32(31 / 15) is slightly less than 31.
  const g = new GraphBuilder();
  const [x, like] = [g.input("x", "float32", [1, 1, 15, 21]), g.input("like", "float32", [1, 1, 31, 42])];
  const spatial = (value: string) => g.cast(g.slice(g.op("Shape", [value]), [2], [4], [0]), "float32");
  const scales = g.concat([g.floats([1, 1]), g.div(spatial(like), spatial(x))], 0);
  const modes = { coordinate_transformation_mode: "asymmetric", mode: "linear" };
  g.output("y", g.add(g.op("Resize", [x, "", scales], modes), like), "float32");
  const folded = foldConstants(g.build());
  const feeds = {
    x: floatTensor(Array.from({ length: 315 }, (_, i) => Math.sin(i)), [1, 1, 15, 21]),
    like: floatTensor(new Float32Array(31 * 42), [1, 1, 31, 42]),
  };
  const open = g.build();
  for (const input of open.graph.inputs) input.dims = [1, 1, `${input.name}_height`, `${input.name}_width`];
  const [expected, actual] = [await runTensors(open, feeds), await runTensors(folded, feeds)];
  assert.deepEqual(actual.y!.dims, expected.y!.dims);
  numbersOf(expected.y!).forEach((value, i) => assert.ok(Math.abs(value - numbersOf(actual.y!)[i]!) < 1e-5));
});
