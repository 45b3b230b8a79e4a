import assert from "node:assert/strict";
import { Engine } from "../../models/engine/engine.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import {
  byOperator,
  isConvolution,
  type Kernel,
  kernelsOfRuns,
  mixesChannels,
  type ProfileEvent,
  secondsOf,
  takeProfile,
} from "./profile.ts";

const kernel = (operator: string, seconds: number, ...inputs: number[][]): Kernel => ({
  name: "a",
  operator,
  seconds,
  inputs,
});

const event = (cat: string, name: string, ts: number, dur: number, op_name?: string): ProfileEvent => ({
  cat,
  name,
  ts,
  dur,
  ...(op_name && { args: { op_name, input_type_shape: [{ float: [1, 3, 8, 8] }] } }),
});

Deno.test("kernels go to the run in which they ran, in order, and what is no kernel to none", () => {
  const runs = kernelsOfRuns([
    event("Session", "model_loading_array", 0, 90),
    event("Session", "model_run", 200, 100),
    event("Session", "model_run", 100, 50),
    event("Session", "SequentialExecutor::Execute", 201, 98),
    event("Node", "a_kernel_time", 250, 40, "Relu"),
    event("Node", "a_kernel_time", 210, 30, "Conv"),
    event("Node", "a_fence_before", 205, 5, "Conv"),
    event("Node", "a_kernel_time", 110, 20, "Conv"),
  ]);
  assert.deepEqual(runs, [
    [kernel("Conv", 20e-6, [1, 3, 8, 8])],
    [kernel("Conv", 30e-6, [1, 3, 8, 8]), kernel("Relu", 40e-6, [1, 3, 8, 8])],
  ]);
});

Deno.test("convolutions are known in all forms, and those apart that are not the network's", () => {
  for (const name of ["Conv", "FusedConv", "NhwcFusedConv", "ConvTranspose"]) {
    assert.ok(isConvolution(kernel(name, 1)), name);
  }
  for (const name of ["ConvInteger", "MatMul", "ReorderInput"]) {
    assert.ok(!isConvolution(kernel(name, 1)), name);
  }
  const picture = [1, 64, 20, 20];
  assert.ok(mixesChannels(kernel("Conv", 1, picture, [32, 64, 3, 3])));
  assert.ok(mixesChannels(kernel("ConvTranspose", 1, picture)), "packed weights are not listed");
  assert.ok(!mixesChannels(kernel("Conv", 1, picture, [64, 1, 3, 3])));
  const sum = kernel("Conv", 1, picture, [64, 64, 1, 1]);
  assert.ok(!mixesChannels({ ...sum, name: "channel_sum_12_nchwc" }));
  assert.ok(!mixesChannels(kernel("MatMul", 1, [2, 4], [4, 2])));
});

Deno.test("seconds are added up by operator, longest first", () => {
  const kernels = [
    kernel("Relu", 1),
    kernel("Conv", 2, [1, 4, 8, 8], [4, 4, 1, 1]),
    kernel("Conv", 3, [1, 4, 8, 8], [4, 4, 3, 3]),
    kernel("Conv", 4, [1, 4, 8, 8], [4, 1, 3, 3]),
  ];
  assert.equal(secondsOf(kernels), 10);
  assert.deepEqual(byOperator(kernels), [
    { operator: "Conv", count: 2, seconds: 5 },
    { operator: "auxiliary Conv", count: 1, seconds: 4 },
    { operator: "Relu", count: 1, seconds: 1 },
  ]);
});

Deno.test("a profile of a real session is read, run by run, and deleted", async () => {
  const folder = await Deno.makeTempDir({ prefix: "reverie-test-" });
  try {
    const g = new GraphBuilder({ name: "small" });
    const x = g.input("x", "float32", [1, 2, 4, 4]);
    const weights = g.floats([1, 0, 0, 1], [2, 2, 1, 1]);
    g.output("y", g.op("Conv", [x, weights]), "float32", [1, 2, 4, 4]);
    using engine = await Engine.start({ providers: ["cpu"] });
    const session = await engine.load(g.build(), { profile: `${folder}/profile` });
    const feeds = { x: { type: "float32" as const, dims: [1, 2, 4, 4], data: new Float32Array(32) } };
    for (let run = 0; run < 3; run++) (await session.run<"y">(feeds)).y.release();
    await session.release();
    const runs = kernelsOfRuns(await takeProfile(folder));
    assert.deepEqual(runs.map((kernels) => kernels.filter(mixesChannels).length), [1, 1, 1]);
    for (const kernels of runs) assert.ok(secondsOf(kernels) > 0);
    assert.deepEqual(Array.from(Deno.readDirSync(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
