import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { openNetwork } from "../../../models/networks/open.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { sharedFile } from "../../shared_data.ts";
import { testWith } from "../../needs.ts";

const squeezeNet = sharedFile("weights/squeezenet1_1.onnx");

/** Calls with the path of a temporary file that holds these bytes. */
async function withFile(bytes: Uint8Array, call: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, bytes);
    await call(path);
  } finally {
    await Deno.remove(path);
  }
}

function refused(path: string, pattern: RegExp): Promise<void> {
  return assert.rejects(
    openNetwork({ model: path }),
    (error) => error instanceof ReverieError && pattern.test(error.message) && error.message.includes(path),
  );
}

testWith(
  squeezeNet,
  "a network of the user's own is opened with ImageNet's mean and scale and a middle layer",
  async () => {
    const network = await openNetwork({ model: squeezeNet.path });
    assert.deepEqual(network.preprocessing.mean, [0.485, 0.456, 0.406]);
    assert.match(network.defaultLayers[0]!, /features/);
  },
);

testWith(squeezeNet, "means above 1 are taken as grey levels of 255", async () => {
  const { preprocessing } = await openNetwork({
    model: squeezeNet.path,
    mean: [51, 102, 255],
    scale: [255, 255, 255],
    channelOrder: "bgr",
  });
  assert.deepEqual(preprocessing, { mean: [0.2, 0.4, 1], scale: [255, 255, 255], channelOrder: "bgr" });
});

Deno.test("a file that is missing, no model, or no picture network is refused by name", async () => {
  await refused("no/such/network.onnx", /no such file/);
  await withFile(new TextEncoder().encode("not a model"), (path) => refused(path, /not an ONNX model/));
  const g = new GraphBuilder();
  g.output("y", g.relu(g.input("x", "float32", [1, 10])), "float32");
  await withFile(writeModel(g.build()), (path) => refused(path, /picture \[1, 3, height, width\]/));
});
