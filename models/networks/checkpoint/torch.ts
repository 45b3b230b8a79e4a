/** Reads the two layouts of PyTorch checkpoints: a zip archive (since 1.6), and the older sequence of pickles. */
import { ByteReader, CheckpointError, damaged, quoted, saveWeights } from "./bytes.ts";
import { elementSize } from "./elements.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkPickleLength, type PickleHost, unpickle } from "./pickle.ts";
import { namedTensors, readView, type Storage, torchHost } from "./torch_tensors.ts";
import { readZip, type ZipEntry } from "./zip.ts";

/** Reads `…/data.pkl`, which describes the tensors, and `…/data/KEY`, one file per storage. */
export function readTorchZip(bytes: Uint8Array): Checkpoint {
  const archive = readZip(bytes);
  const pickles = [...archive.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new CheckpointError(`is a zip archive, but no PyTorch checkpoint; ${saveWeights}`);
  }
  const folder = pickles[0]!.slice(0, -"data.pkl".length);
  checkByteOrder(archive.get(`${folder}byteorder`));

  const storages = new Map<string, Storage>();
  const pickle = archive.get(pickles[0]!)!;
  checkPickleLength(pickle.size);
  const { value } = unpickle(pickle.read(), torchHost(storages));
  return readTensors(value, storages, bytes.length, ({ key, type, count }) => {
    const entry = archive.get(`${folder}data/${key}`);
    if (!entry) {
      throw damaged(`its part ${quoted(key)} is missing`);
    }
    if (entry.size !== count * elementSize[type]) throw wrongSize(key);
    return entry.read();
  });
}

function checkByteOrder(entry: ZipEntry | undefined): void {
  if (!entry || entry.size > 16) return;
  const order = new TextDecoder().decode(entry.read());
  if (order !== "little") throw bigEndian();
}

/** Start of the older layout, 0x1950a86a20f9469cfc6c: a pickle of `LONG1` and `STOP`; in protocols 0 and 1 of `LONG`. */
const magic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const oldMagic = [...new TextEncoder().encode("L119547037146038801333356L\n.")];
const legacyVersion = 1001;

/** Whether bytes begin like a checkpoint of PyTorch before 1.6. */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  const holds = (expected: number[], offset: number) =>
    expected.every((byte, index) => bytes[offset + index] === byte);
  // The protocol comes first, and from protocol 4 on also the length of a frame.
  return holds(magic, 2) || holds(magic, 11) || holds(oldMagic, 0);
}

const dataOnly: PickleHost = { globals: new Map() };

/**
 * Reads the pickles of the magic number, the version, the machine, the dictionary and the list of storages. The
 * storages follow, each preceded by its number of elements.
 */
export function readLegacyTorch(bytes: Uint8Array): Checkpoint {
  const number = unpickle(bytes, dataOnly);
  const version = unpickle(bytes, dataOnly, number.end);
  if (version.value !== legacyVersion) {
    throw new CheckpointError(`is of a version of PyTorch's format that is not known; ${saveWeights}`);
  }
  const machine = unpickle(bytes, dataOnly, version.end);
  if (machine.value instanceof Map && machine.value.get("little_endian") === false) throw bigEndian();
  const storages = new Map<string, Storage>();
  const weights = unpickle(bytes, torchHost(storages), machine.end);
  const keys = unpickle(bytes, dataOnly, weights.end);
  const places = storagePlaces(bytes, keys, storages);
  return readTensors(weights.value, storages, bytes.length, ({ key }) => {
    const place = places.get(key);
    if (!place) throw new CheckpointError("is cut short or damaged: weights are missing; fetch it again");
    return place;
  });
}

function storagePlaces(
  bytes: Uint8Array,
  { value: keys, end }: { value: unknown; end: number },
  storages: ReadonlyMap<string, Storage>,
): Map<string, Uint8Array> {
  if (!Array.isArray(keys)) throw damaged("it does not say where its weights lie");
  const reader = new ByteReader(bytes, end);
  const places = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage || places.has(key)) {
      throw damaged("it holds weights that nothing names");
    }
    if (reader.size() !== storage.count) throw wrongSize(storage.key);
    places.set(key, reader.bytes(storage.count * elementSize[storage.type]));
  }
  return places;
}

/** Reads all tensors, one storage at a time. */
function readTensors(
  value: unknown,
  storages: ReadonlyMap<string, Storage>,
  fileSize: number,
  bytesOf: (storage: Storage) => Uint8Array,
): Checkpoint {
  const views = namedTensors(value);
  const elements = views.values().reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);
  // Tensors may share a storage, but a malicious file could share one often enough to fill the memory.
  if (!(elements <= fileSize)) throw damaged("its tensors are larger than the file");
  const contents = new Map<Storage, Uint8Array>();
  for (const storage of storages.values()) contents.set(storage, bytesOf(storage));
  const checkpoint: Checkpoint = new Map();
  for (const [name, view] of views) {
    checkpoint.set(name, { dims: view.dims, data: readView(view, contents.get(view.storage)!) });
  }
  return checkpoint;
}

function wrongSize(key: string): CheckpointError {
  return damaged(`its part ${quoted(key)} has another size than it says`);
}

function bigEndian(): CheckpointError {
  return new CheckpointError(
    "was written on a big-endian machine, which is not read; save it as safetensors",
  );
}
