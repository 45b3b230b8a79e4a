import assert from "node:assert/strict";
import { ReverieError } from "../../../models/errors.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { prepare } from "../../../models/gradient/prepare.ts";
import { inputSizes } from "../../../models/networks/input_sizes.ts";
import { imageNetPreprocessing, type Network } from "../../../models/networks/network.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { drawInput, relativeError, runModel } from "../../reference/check_gradient.ts";
import { Random } from "../../reference/random.ts";
import * as standIns from "./stand_ins.ts";
import { modelOf, type PictureSize, type StandIn } from "./stand_ins.ts";

const layers = ["layer"];

function network(model: Model): Network {
  const facts = { kind: "other", defaultLayers: layers, minimumSize: 64 };
  return { name: "stand-in", model, preprocessing: imageNetPreprocessing, ...facts };
}

/** The unit that the network's strides divide, the size that its file is written for, and another one. */
const kinds: Record<string, [StandIn, multiple: number, written: PictureSize, other: PictureSize]> = {
  "vision transformer": [standIns.visionTransformer, 1, [64, 64], [48, 80]],
  "windows of attention": [standIns.windows, 16, [64, 64], [48, 96]],
  "U-Net": [standIns.uNet, 16, [64, 64], [48, 80]],
  "YOLO": [standIns.yolo, 8, [64, 64], [40, 72]],
  "ShuffleNet": [standIns.shuffleNet, 1, [64, 64], [48, 80]],
  "MiDaS": [standIns.midas, 1, [64, 96], [48, 40]],
};

for (const [name, [standIn, multiple, written, other]] of Object.entries(kinds)) {
  Deno.test(`a network of the kind ${name} dreams at a size that its file is not written for`, async () => {
    const inputShape = [1, 3, ...other];
    const feeds = { x: drawInput(new Random(4), inputShape) };
    const fixed = modelOf(standIn, written);
    const { model, layers: [value] } = prepare(fixed, { layers, inputShape });
    const actual = (await runModel(model, feeds)).get(value!)!;
    const expected = (await runModel(modelOf(standIn, other), feeds)).get("y")!;
    assert.deepEqual(actual.dims, expected.dims);
    const error = relativeError(actual.data, expected.data);
    assert.ok(error < 1e-4, `the activations are off by ${error}`);
    const { data } = (await runModel(gradientModel(fixed, { layers, inputShape }), feeds)).get("gradient")!;
    assert.ok(data.every(Number.isFinite) && data.some((slope) => slope !== 0));
  });

  Deno.test(`the sizes of a network of the kind ${name} are multiples of what its strides divide`, () => {
    assert.equal(inputSizes(network(modelOf(standIn, written)), layers).multiple, multiple);
  });
}

Deno.test("strides below a skip connection are found where the file leaves the size open", () => {
  const { smallest, multiple, only } = inputSizes(network(modelOf(standIns.uNet, [64, 64], true)), layers);
  assert.deepEqual({ smallest, multiple, only }, { smallest: 64, multiple: 16, only: undefined });
});

Deno.test("a layer behind a classifier's weights has one size, the layers below it any", () => {
  const model = modelOf(standIns.classifier, [64, 48]);
  assert.deepEqual(inputSizes(network(model), layers).only, { height: 64, width: 48 });
  assert.deepEqual(inputSizes(network(model), ["low"]), { smallest: 64, multiple: 1 });
  assert.throws(
    () => prepare(model, { layers, inputShape: [1, 3, 80, 80] }),
    (error) => error instanceof ReverieError && /80x80.*written for 64x48/s.test(error.message),
  );
});

Deno.test("learned positions are resampled to the new grid; the class token keeps its own", () => {
  const inputShape = [1, 3, 80, 112];
  const { model } = prepare(modelOf(standIns.visionTransformer, [64, 64]), { layers, inputShape });
  assert.deepEqual(model.graph.outputs[0]!.dims, [1, 1 + 10 * 14, 16]);
});
