import assert from "node:assert/strict";
import { join } from "node:path";
import { Engine } from "../../../models/engine/engine.ts";
import { openNetwork } from "../../../models/networks/open.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { writeModel } from "../../../models/onnx/write.ts";

Deno.test("pools average when they are asked to, under the same layer names", async () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, 4, 4]);
  const windows = { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], ceil_mode: 1 };
  g.output("pool1", g.op("MaxPool", [g.op("Relu", [x])], windows, "pool1"), "float32");
  const folder = await Deno.makeTempDir();
  const model = join(folder, "pools.onnx");
  await Deno.writeFile(model, writeModel(g.build()));
  await using engine = await Engine.start({ providers: ["cpu"] });
  const data = Float32Array.from({ length: 48 }, (_, i) => i % 16);
  const first = async (pooling: "max" | "avg") => {
    const network = await openNetwork({ model, pooling });
    const session = await engine.load(network.model);
    const { pool1 } = await session.run<"pool1">({ x: { type: "float32", dims: [1, 3, 4, 4], data } });
    const values = (await pool1.take()).data as Float32Array;
    return [values.length / 3, values[0], values[3]];
  };
  assert.deepEqual(await first("max"), [4, 10, 15]);
  // The last window holds four values; those beyond the border do not count.
  assert.deepEqual(await first("avg"), [4, 5, 12.5]);
  await Deno.remove(folder, { recursive: true });
});
