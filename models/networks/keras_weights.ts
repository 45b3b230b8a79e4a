import { createRequire } from "node:module";
import { join } from "node:path";
import { floatTensor, type Tensor } from "../onnx/model.ts";

/** One array of a TensorFlow.js weights manifest; `value = quantised * scale + min`. */
interface ManifestWeight {
  name: string;
  shape: number[];
  quantization?: { dtype: "uint8"; scale: number; min: number };
}

interface KerasModel {
  weightsManifest: { paths: string[]; weights: ManifestWeight[] }[];
}

/**
 * The weights of a Keras layers model that is packed as JavaScript modules (`model.min.js` and base64 shards), by
 * name (`conv2d_1/kernel`), dequantised to float32 in Keras's own layout.
 *
 * Format: TensorFlow.js weights manifest with uint8 quantisation. Throws when a shard is missing or too short.
 */
export function readKerasWeights(folder: string): Map<string, Tensor> {
  const require = createRequire(import.meta.url);
  const load = (file: string): unknown => require(join(folder, `${file}.min.js`));
  const weights = new Map<string, Tensor>();
  for (const { paths, weights: entries } of (load("model") as KerasModel).weightsManifest) {
    const bytes = concatenate(paths.map((path) => Uint8Array.from(atob(load(path) as string), byteOf)));
    let offset = 0;
    for (const entry of entries) {
      const tensor = readWeight(entry, bytes, offset);
      weights.set(entry.name, tensor);
      offset += tensor.data.length * (entry.quantization ? 1 : Float32Array.BYTES_PER_ELEMENT);
    }
  }
  return weights;
}

function byteOf(character: string): number {
  return character.charCodeAt(0);
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function readWeight(
  { name, shape, quantization }: ManifestWeight,
  bytes: Uint8Array,
  offset: number,
): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const size = quantization ? count : count * Float32Array.BYTES_PER_ELEMENT;
  if (offset + size > bytes.length) throw new Error(`the weights end before ${name}`);
  const raw = bytes.slice(offset, offset + size);
  if (!quantization) return floatTensor(new Float32Array(raw.buffer), shape);
  const { scale, min } = quantization;
  return floatTensor(Float32Array.from(raw, (value) => value * scale + min), shape);
}
