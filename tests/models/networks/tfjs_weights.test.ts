import assert from "node:assert/strict";
import { type ManifestGroup, readTfjsWeights, scaledKernel } from "../../../models/networks/tfjs_weights.ts";
import { floatTensor } from "../../../models/onnx/model.ts";

const manifest: ManifestGroup[] = [{
  paths: ["a.bin", "b.bin"],
  weights: [
    { name: "quantised", shape: [3], quantization: { dtype: "uint8", scale: 0.5, min: -1 } },
    { name: "plain", shape: [1, 2] },
  ],
}];

/** The bytes of both arrays, split in the middle of the second. */
function load(path: string): Uint8Array {
  const bytes = new Uint8Array([0, 2, 255, ...new Uint8Array(new Float32Array([1.5, -2]).buffer)]);
  return path === "a.bin" ? bytes.subarray(0, 5) : bytes.subarray(5);
}

Deno.test("a manifest's arrays are read from several files, quantised or not", () => {
  const weights = readTfjsWeights(manifest, load);
  assert.deepEqual(weights.get("quantised"), floatTensor([-1, 0, 126.5], [3]));
  assert.deepEqual(weights.get("plain"), floatTensor([1.5, -2], [1, 2]));
});

Deno.test("weights that end too early are refused by the array's name", () => {
  assert.throws(() => readTfjsWeights(manifest, () => load("a.bin")), /the weights end before plain/);
});

Deno.test("a kernel of TensorFlow is turned to ONNX's layout, each filter times its gain", () => {
  // [1, 2, 2, 2]: value 100 * column + 10 * channel + filter.
  const kernel = floatTensor([0, 1, 10, 11, 100, 101, 110, 111], [1, 2, 2, 2]);
  const expected = floatTensor([0, 100, 10, 110, 2, 202, 22, 222], [2, 2, 1, 2]);
  assert.deepEqual(scaledKernel(kernel, [1, 2]), expected);
});
