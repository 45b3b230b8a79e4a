/** Reads TensorFlow.js weights: a manifest that describes arrays, and files with the arrays' bytes. */
import { floatTensor, type Tensor } from "../onnx/model.ts";

/** One array of a weights manifest; `value = quantised * scale + min`. */
export interface ManifestWeight {
  name: string;
  shape: number[];
  quantization?: { dtype: "uint8"; scale: number; min: number };
}

/** Arrays that are stored one after another in the files of `paths`, joined in that order. */
export interface ManifestGroup {
  paths: string[];
  weights: ManifestWeight[];
}

/**
 * The arrays of a manifest by name, dequantised to float32, in TensorFlow's layout. `load` returns the bytes of a file
 * that the manifest names.
 *
 * Format: TensorFlow.js weights manifest, uint8 quantisation.
 *
 * @throws {Error} if a file is too short.
 */
export function readTfjsWeights(
  manifest: readonly ManifestGroup[],
  load: (path: string) => Uint8Array,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { paths, weights } of manifest) {
    const bytes = concatenate(paths.map(load));
    let offset = 0;
    for (const weight of weights) {
      const tensor = readWeight(weight, bytes, offset);
      tensors.set(weight.name, tensor);
      offset += tensor.data.length * bytesPerElement(weight);
    }
  }
  return tensors;
}

/**
 * Converts a kernel from TensorFlow's layout, [height, width, channels, filters], to ONNX's,
 * [filters, channels, height, width], and multiplies each filter by its gain. This folds a factor per channel after a
 * convolution into the convolution.
 */
export function scaledKernel(kernel: Tensor, gain: ArrayLike<number>): Tensor {
  const [height, width, channels, filters] = kernel.dims as [number, number, number, number];
  const source = kernel.data as Float32Array;
  const data = new Float32Array(source.length);
  let index = 0;
  for (let filter = 0; filter < filters; filter++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let tap = 0; tap < height * width; tap++) {
        data[index++] = source[(tap * channels + channel) * filters + filter]! * gain[filter]!;
      }
    }
  }
  return floatTensor(data, [filters, channels, height, width]);
}

function bytesPerElement({ quantization }: ManifestWeight): number {
  return quantization ? 1 : Float32Array.BYTES_PER_ELEMENT;
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

function readWeight(weight: ManifestWeight, bytes: Uint8Array, offset: number): Tensor {
  const { name, shape, quantization } = weight;
  const size = shape.reduce((product, length) => product * length, bytesPerElement(weight));
  if (offset + size > bytes.length) throw new Error(`the weights end before ${name}`);
  const raw = bytes.slice(offset, offset + size);
  if (!quantization) return floatTensor(new Float32Array(raw.buffer), shape);
  const { scale, min } = quantization;
  return floatTensor(Float32Array.from(raw, (value) => value * scale + min), shape);
}
