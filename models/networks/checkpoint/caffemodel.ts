/**
 * A reader for Caffe models (`NetParameter` of caffe.proto, .caffemodel files): layers in the current form (field 100)
 * or in that of 2014 (`V1LayerParameter`, field 2), each with its weights as blobs.
 */
import { ByteReader, CheckpointError, damaged } from "./bytes.ts";
import type { Checkpoint, CheckpointTensor } from "./checkpoint.ts";
import { elementSize, mostAxes, toFloat32 } from "./elements.ts";
import { fieldsOf, unpackVarints } from "./protobuf.ts";

/** Numbers of the fields that hold a layer's name and weights. */
interface LayerForm {
  name: number;
  blobs: number;
}

const layerForms: ReadonlyMap<number, LayerForm> = new Map([
  [100, { name: 1, blobs: 7 }],
  [2, { name: 4, blobs: 6 }],
]);

/** Real models have a few hundred layers with up to five blobs each. */
const mostLayers = 10_000, mostBlobs = 16;

/**
 * Whether bytes are a Caffe model, complete or truncated. ONNX files are protobuf messages too, but begin with a
 * version, where Caffe models have a name.
 */
export function isCaffemodel(bytes: Uint8Array): boolean {
  try {
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1 && field.kind === "varint") return false;
      if (field.kind === "bytes" && isLayer(field)) return true;
    }
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
  }
  return false;
}

/** Whether a field is a layer: every layer has a name. */
function isLayer({ number, bytes }: { number: number; bytes: Uint8Array }): boolean {
  const form = layerForms.get(number);
  if (!form) return false;
  try {
    return fieldsOf(bytes).some((field) => field.number === form.name && field.kind === "bytes");
  } catch (error) {
    if (error instanceof CheckpointError) return false;
    throw error;
  }
}

/**
 * Reads the weights of a Caffe model: the first blob of a layer as `NAME.weight`, the second as `NAME.bias`, later
 * ones as `NAME.2` and so on.
 *
 * @throws {CheckpointError} if the bytes are damaged.
 */
export function readCaffemodel(bytes: Uint8Array): Checkpoint {
  const checkpoint: Checkpoint = new Map();
  let layers = 0;
  for (const field of fieldsOf(bytes)) {
    const form = layerForms.get(field.number);
    if (!form || field.kind !== "bytes") continue;
    if (++layers > mostLayers) throw damaged("it has too many layers");
    const { name, blobs } = readLayer(field.bytes, form);
    for (const [index, blob] of blobs.entries()) {
      checkpoint.set(`${name}.${["weight", "bias"][index] ?? index}`, blob);
    }
  }
  return checkpoint;
}

function readLayer(bytes: Uint8Array, form: LayerForm): { name: string; blobs: CheckpointTensor[] } {
  let name = "";
  const blobs: CheckpointTensor[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.kind !== "bytes") continue;
    if (field.number === form.name) name = new ByteReader(field.bytes).text(field.bytes.length);
    if (field.number !== form.blobs) continue;
    blobs.push(readBlob(field.bytes));
    if (blobs.length > mostBlobs) throw damaged("a layer has too many blobs");
  }
  return { name, blobs };
}

/** Fields of a BlobProto; fields 1 to 4 are num, channels, height and width. */
const blobField = { data: 5, shape: 7, doubleData: 8 } as const;

function readBlob(bytes: Uint8Array): CheckpointTensor {
  const legacy = [0, 0, 0, 0];
  let dims: number[] | undefined;
  let type: "float32" | "float64" = "float32";
  // The numbers are packed in one field, or each is in its own field.
  const numbers = new Uint8Array(bytes.length);
  let length = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.kind === "varint") {
      if (field.number <= legacy.length) legacy[field.number - 1] = field.value;
    } else if (field.number === blobField.shape) dims = readShape(field.bytes);
    else if (field.number === blobField.data || field.number === blobField.doubleData) {
      if (field.number === blobField.doubleData) type = "float64";
      numbers.set(field.bytes, length);
      length += field.bytes.length;
    }
  }
  if (length % elementSize[type] !== 0) throw damaged("a blob ends in the middle of a number");
  const data = toFloat32(numbers.subarray(0, length), type);
  dims ??= withoutLeadingOnes(legacy);
  if (dims.reduce((product, size) => product * size, 1) === data.length) return { dims, data };
  throw damaged("a blob has another number of elements than its shape");
}

function readShape(bytes: Uint8Array): number[] {
  const dims: number[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 1) continue;
    if (field.kind === "varint") dims.push(field.value);
    else dims.push(...unpackVarints(field.bytes, mostAxes));
    if (dims.length > mostAxes) throw damaged("a blob has too many dimensions");
  }
  return dims;
}

/** Blobs of 2014 always have four dimensions: a bias has [1, 1, 1, n], a fully connected layer [1, 1, m, n]. */
function withoutLeadingOnes([num = 0, channels = 0, height = 0, width = 0]: number[]): number[] {
  if (num !== 1 || channels !== 1) return [num, channels, height, width];
  return height === 1 ? [width] : [height, width];
}
