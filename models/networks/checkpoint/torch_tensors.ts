/** What PyTorch stores in its pickles: references to storages, and tensors, which are views of them. */
import { CheckpointError, damaged, saveWeights } from "./bytes.ts";
import { elementSize, type ElementType, mostAxes, toFloat32 } from "./elements.ts";
import type { AllowedCall, PickleHost, PickleValue } from "./pickle.ts";

/** A sequence of elements; tensors are views of it. */
export interface Storage {
  key: string;
  type: ElementType;
  /** Number of elements. */
  count: number;
}

/** A tensor that has not been read yet; element (i, j, …) is at `offset + i * strides[0] + j * strides[1] + …`. */
export interface TensorView {
  storage: Storage;
  offset: number;
  dims: number[];
  strides: number[];
}

/** Represents a class of storages in a pickle. */
class StorageClass {
  constructor(readonly type: ElementType) {}
}

class View implements TensorView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly dims: number[],
    readonly strides: number[],
  ) {}
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`. */
const rebuildTensor: AllowedCall = ([storage, offset, dims, strides]) => {
  if (!isStorage(storage) || !isCount(offset) || !areSizes(dims) || !areSizes(strides)) throw unusable();
  if (dims.length !== strides.length) throw unusable();
  const reach = dims.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  const count = elementCount(dims);
  if (!(count <= storage.count) || (count > 0 && reach >= storage.count)) {
    throw damaged("a tensor reaches beyond its storage");
  }
  // Copied, because the pickle may still change the lists.
  return new View(storage, offset, [...dims], [...strides]);
};

/** `torch._utils._rebuild_parameter(tensor, requires_grad, hooks)`. */
const rebuildParameter: AllowedCall = ([tensor]) => {
  if (!(tensor instanceof View)) throw unusable();
  return tensor;
};

const orderedDictionary: AllowedCall = (args) => {
  if (args.length > 0) throw unusable();
  return new Map();
};

const globals = new Map<string, unknown>([
  ["collections.OrderedDict", orderedDictionary],
  ["torch._utils._rebuild_tensor_v2", rebuildTensor],
  ["torch._utils._rebuild_parameter", rebuildParameter],
  ["torch.FloatStorage", new StorageClass("float32")],
  ["torch.HalfStorage", new StorageClass("float16")],
  ["torch.BFloat16Storage", new StorageClass("bfloat16")],
  ["torch.DoubleStorage", new StorageClass("float64")],
  ["torch.LongStorage", new StorageClass("int64")],
]);

/** What a pickle of weights may access. The storages that it names are added to `storages` by key. */
export function torchHost(storages: Map<string, Storage>): PickleHost {
  return { globals, persistent: (id) => storageOf(id, storages) };
}

/** The id is `("storage", class, key, device, count)`; in old files a sixth item describes views of other storages. */
function storageOf(id: PickleValue, storages: Map<string, Storage>): Storage {
  if (!Array.isArray(id) || id[0] !== "storage" || !(id[1] instanceof StorageClass)) throw unusable();
  const [, { type }, key, , count, inside] = id;
  if (typeof key !== "string" || !isCount(count) || (inside ?? null) !== null) throw unusable();
  const storage = storages.get(key) ?? { key, type, count };
  if (storage.type !== type || storage.count !== count) throw unusable();
  storages.set(key, storage);
  return storage;
}

function isStorage(value: PickleValue): value is Storage {
  return typeof value === "object" && value !== null && "key" in value && "count" in value;
}

function isCount(value: PickleValue): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(value: PickleValue): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isCount);
}

function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

function unusable(): CheckpointError {
  return damaged("its pickle describes no tensors");
}

/** Keys under which some checkpoints keep the weights, next to the state of the training; they may be nested. */
const folders = ["state_dict", "model", "model_state_dict"];
/** How many levels deep to look, since a dictionary may contain itself. */
const deepest = 2;

/**
 * The tensors of a pickled dictionary by name: those under a key such as `state_dict`, otherwise its own.
 *
 * @throws {CheckpointError} if there are none.
 */
export function namedTensors(value: PickleValue): Map<string, TensorView> {
  if (!(value instanceof Map)) {
    throw new CheckpointError(`is no dictionary of tensors; ${saveWeights}`);
  }
  const tensors = weightsIn(value, 0);
  if (tensors.size > 0) return tensors;
  const places = folders.map((name) => `"${name}"`).join(", ");
  throw new CheckpointError(`holds no tensors, nor do its ${places}; ${saveWeights}`);
}

/** Nested dictionaries come first: tensors next to them belong to the training, such as the best error so far. */
function weightsIn(dictionary: Map<PickleValue, PickleValue>, depth: number): Map<string, TensorView> {
  for (const folder of depth < deepest ? folders : []) {
    const inner = dictionary.get(folder);
    const tensors = inner instanceof Map ? weightsIn(inner, depth + 1) : undefined;
    if (tensors && tensors.size > 0) return tensors;
  }
  const tensors = new Map<string, TensorView>();
  for (const [name, tensor] of dictionary) {
    if (typeof name === "string" && tensor instanceof View) tensors.set(name, tensor);
  }
  return tensors;
}

/** The elements of a tensor in row-major order, as float32. `bytes` are those of its storage. */
export function readView({ storage, offset, dims, strides }: TensorView, bytes: Uint8Array): Float32Array {
  const size = elementSize[storage.type];
  const count = elementCount(dims);
  if (isContiguous(dims, strides)) {
    return toFloat32(bytes.subarray(offset * size, (offset + count) * size), storage.type);
  }
  const gathered = new Uint8Array(count * size);
  for (let index = 0; index < count; index++) {
    let position = offset;
    for (let axis = dims.length - 1, rest = index; axis >= 0; axis--) {
      position += (rest % dims[axis]!) * strides[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    gathered.set(bytes.subarray(position * size, (position + 1) * size), index * size);
  }
  return toFloat32(gathered, storage.type);
}

function isContiguous(dims: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= dims[axis]!;
  }
  return true;
}
