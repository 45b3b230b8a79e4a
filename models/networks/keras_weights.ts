import { createRequire } from "node:module";
import { join } from "node:path";
import type { Tensor } from "../onnx/model.ts";
import { type ManifestGroup, readTfjsWeights } from "./tfjs_weights.ts";

interface KerasModel {
  weightsManifest: ManifestGroup[];
}

/**
 * Reads the weights of a Keras layers model packed as JavaScript modules (`model.min.js` and base64 shards). Returns
 * them by name (`conv2d_1/kernel`), dequantised to float32, in Keras's layout.
 *
 * @throws {Error} if a shard is missing or too short.
 */
export function readKerasWeights(folder: string): Map<string, Tensor> {
  const require = createRequire(import.meta.url);
  const load = (file: string): unknown => require(join(folder, `${file}.min.js`));
  const { weightsManifest } = load("model") as KerasModel;
  return readTfjsWeights(weightsManifest, (path) => Uint8Array.from(atob(load(path) as string), byteOf));
}

function byteOf(character: string): number {
  return character.charCodeAt(0);
}
