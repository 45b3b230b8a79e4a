import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Engine } from "../../../models/engine/engine.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { resolveLayer } from "../../../models/gradient/layers.ts";
import { buildGoogLeNet } from "../../../models/networks/googlenet.ts";
import { publishedFiles, readPublishedFiles } from "../../../models/networks/googlenet/published_files.ts";
import { readZooFile } from "../../../models/networks/googlenet/zoo_file.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { writeModel } from "../../../models/onnx/write.ts";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { sharedFile } from "../../shared_data.ts";
import { googLeNetFile, publishedParts, sharedGoogLeNet, zooModel } from "./googlenet_fixture.ts";
import { testWith } from "../../needs.ts";

/** An input picture of the given size: a frame of a clip, cropped and scaled by ffmpeg's filters. */
async function frame(path: string, seconds: number, side: number, cut = "null"): Promise<Float32Array> {
  const args = ["-v", "error", "-ss", String(seconds), "-i", path, "-frames:v", "1"];
  const picture = ["-vf", `${cut},scale=${side}:${side}`, "-f", "rawvideo", "-pix_fmt", "bgr24", "-"];
  const { path: ffmpeg } = await locate("ffmpeg");
  const { stdout } = await new Deno.Command(ffmpeg, { args: [...args, ...picture] }).output();
  const mean = [104, 117, 123], plane = side * side;
  assert.equal(stdout.length, 3 * plane);
  return Float32Array.from(
    { length: 3 * plane },
    (_, index) => stdout[index % plane * 3 + Math.floor(index / plane)]! - mean[Math.floor(index / plane)]!,
  );
}

/** A picture made without a clip: waves of colour. */
function waves(side: number): Float32Array {
  return Float32Array.from({ length: 3 * side * side }, (_, index) => {
    const [x, y, c] = [index % side, Math.floor(index / side) % side, Math.floor(index / side / side)];
    return 100 * Math.sin(x * 0.31 + c) * Math.cos(y * 0.17 - c * x * 0.02);
  });
}

/** Values of a network for a picture, by name. */
async function valuesOf(engine: Engine, model: Model, names: string[], side: number, data: Float32Array) {
  const outputs = names.map((name) => ({ name, type: "float32" as const }));
  const session = await engine.load({ ...model, graph: { ...model.graph, outputs } });
  const { name } = model.graph.inputs[0]!;
  const results = await session.run({ [name]: { type: "float32", dims: [1, 3, side, side], data } });
  return await Promise.all(names.map(async (value) => (await results[value]!.read()).data as Float32Array));
}

function farthest(actual: Float32Array, expected: Float32Array): number {
  assert.equal(actual.length, expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / scale;
}

testWith(
  googLeNetFile,
  "the files that caffejs publishes have the checksums of the table, and become the network",
  async () => {
    const shared = await sharedGoogLeNet();
    const parts = publishedParts(shared);
    assert.equal(publishedFiles.files.length, 116);
    for (const { path, sha256, size } of publishedFiles.files) {
      const bytes = parts.get(path)!;
      assert.deepEqual(
        [bytes.length, createHash("sha256").update(bytes).digest("hex")],
        [size, sha256],
        path,
      );
    }
    const model = buildGoogLeNet(readPublishedFiles(parts));
    assert.deepEqual(
      writeModel(model),
      writeModel(readZooFile(writeModel(zooModel(shared)))),
      "both sources",
    );

    using engine = await Engine.start({ providers: ["cpu"] });
    // A layer here is the output of its ReLU, which has a separate name in the shared file.
    const layers = [
      "conv2/norm2",
      "inception_3b/output",
      "inception_4c/output",
      "inception_5b/output",
      "loss3/classifier",
    ];
    const convolutions = ["conv1/7x7_s2", "inception_4d/3x3_reduce", "inception_4c/5x5"];
    for (const side of [224, 150]) {
      const data = waves(side);
      const values = await valuesOf(engine, model, [...layers, ...convolutions], side, data);
      const expected = await valuesOf(
        engine,
        shared,
        [...layers, ...convolutions.map((name) => `${name}/relu`)],
        side,
        data,
      );
      for (const [index, name] of [...layers, ...convolutions].entries()) {
        const error = farthest(values[index]!, expected[index]!);
        assert.ok(error < 1e-4, `${name} at ${side}: ${error}`);
      }
    }
  },
);

testWith(googLeNetFile, "parts of another size are refused by name", async () => {
  const shared = await sharedGoogLeNet();
  const parts = publishedParts(shared);
  parts.set("conv2/3x3_bias.bin", new Uint8Array(4));
  assert.throws(() => readPublishedFiles(parts), /conv2\/3x3_bias\.bin has 4 bytes, not 768/);
});

testWith(googLeNetFile, "the assembled network's dream gradient is the shared file's", async () => {
  const shared = await sharedGoogLeNet();
  const model = buildGoogLeNet(readPublishedFiles(publishedParts(shared)));
  using engine = await Engine.start({ providers: ["cpu"] });
  const side = 96, data = waves(side);
  for (const layer of ["inception_4c/output", "inception_4d/3x3_reduce", "loss3/classifier"]) {
    const gradients = await Promise.all([model, shared].map(async (network) => {
      // The shared file has no other names for the outputs of a convolution's ReLU.
      const name = network === shared && layer.endsWith("reduce") ? `${layer}/relu` : layer;
      const differentiated = gradientModel(network, { layers: [name], inputShape: [1, 3, side, side] });
      return (await valuesOf(engine, differentiated, ["gradient"], side, data))[0]!;
    }));
    const error = farthest(gradients[0]!, gradients[1]!);
    assert.ok(error < 1e-4, `${layer}: ${error}`);
  }
});

const [mallard, highway] = [sharedFile("clips/mallard.mp4"), sharedFile("clips/highway.mp4")];

testWith([googLeNetFile, mallard, highway], "it knows what is in pictures", async () => {
  const shared = await sharedGoogLeNet();
  const sample = new URL("../../../static/sample.mp4", import.meta.url).pathname;
  const model = buildGoogLeNet(readPublishedFiles(publishedParts(shared)));
  using engine = await Engine.start({ providers: ["cpu"] });
  const pictures = [
    { name: "drake", index: 97, data: await frame(mallard.path, 0, 224) },
    { name: "lakeside", index: 975, data: await frame(sample, 1, 224) },
    { name: "moving van", index: 675, data: await frame(highway.path, 3.8, 224, "crop=180:180:60:300") },
  ];
  for (const { name, index, data } of pictures) {
    const [scores] = await valuesOf(engine, model, ["loss3/classifier"], 224, data);
    assert.equal(scores!.indexOf(Math.max(...scores!)), index, name);
  }
  const [larger] = await valuesOf(
    engine,
    model,
    ["loss3/classifier"],
    320,
    await frame(mallard.path, 0, 320),
  );
  assert.equal(larger!.indexOf(Math.max(...larger!)), 97, "a drake at another size");
});

testWith(googLeNetFile, "layers are found under the names that their users write", async () => {
  const shared = await sharedGoogLeNet();
  const { graph } = buildGoogLeNet(readPublishedFiles(publishedParts(shared)));
  const names = {
    "inception_4c/output": [
      "inception_4c/output",
      "inception_4c_output",
      "inception_4c",
      "4c",
      "inception_4c/output_1",
    ],
    "inception_4d/3x3_reduce": ["inception_4d/3x3_reduce", "inception_4d_3x3_reduce"],
    "inception_4d/3x3_reduce/pre_relu": ["inception_4d_3x3_reduce_pre_relu"],
    "inception_4c/pool": ["inception_4c_pool"],
    "inception_4c/pool_proj": ["inception_4c_pool_proj"],
    "conv1/7x7_s2": ["conv1/7x7_s2", "conv1"],
    "conv2/3x3": ["conv2/3x3", "conv2_3x3"],
    "conv2/norm2": ["conv2/norm2", "conv2", "norm2"],
    "pool5/7x7_s1": ["pool5/7x7_s1", "pool5"],
    "loss3/classifier": ["loss3/classifier", "loss3_classifier", "classifier"],
  };
  for (const [value, aliases] of Object.entries(names)) {
    for (const alias of aliases) assert.equal(resolveLayer(graph, alias), value, alias);
  }
});
