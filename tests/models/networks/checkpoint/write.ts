/** Makes pickles, archives and checkpoints byte by byte, as an attacker or a broken disk would. */
import { crc32 } from "node:zlib";

const encoder = new TextEncoder();

/** Concatenated bytes; text as UTF-8. */
export function concat(...parts: (Uint8Array | string | number[])[]): Uint8Array {
  const arrays = parts.map((part) => typeof part === "string" ? encoder.encode(part) : Uint8Array.from(part));
  const whole = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  arrays.reduce((offset, array) => (whole.set(array, offset), offset + array.length), 0);
  return whole;
}

/** A little-endian number of the given number of bytes. */
export function little(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) % 256);
}

/** A protocol 2 pickle with these instructions. */
export function pickle(...parts: (Uint8Array | string | number[])[]): Uint8Array {
  return concat([0x80, 2], ...parts, ".");
}

/** The instruction BINUNICODE. */
export function text(value: string): Uint8Array {
  const bytes = encoder.encode(value);
  return concat("X", little(bytes.length, 4), bytes);
}

/** An integer from 0 up to 2^31, as BININT. */
export function integer(value: number): Uint8Array {
  return concat("J", little(value, 4));
}

/** The instructions that put a tensor on the stack. */
export function tensor(
  { key = "0", count = 4, offset = 0, dims = [4], strides = [1], kind = "FloatStorage" }: {
    key?: string;
    count?: number;
    offset?: number;
    dims?: number[];
    strides?: number[];
    kind?: string;
  },
): Uint8Array {
  return concat(
    "ctorch._utils\n_rebuild_tensor_v2\n(",
    concat("(", text("storage"), `ctorch\n${kind}\n`, text(key), text("cpu"), integer(count), "tQ"),
    integer(offset),
    concat("(", ...dims.map(integer), "t"),
    concat("(", ...strides.map(integer), "t"),
    [0x89],
    "ccollections\nOrderedDict\n)R",
    "tR",
  );
}

/** The pickle of a dictionary of tensors. */
export function dictionary(tensors: Record<string, Uint8Array>): Uint8Array {
  return pickle("}(", ...Object.entries(tensors).flatMap(([name, value]) => [text(name), value]), "u");
}

/** How a file is stored in an archive, with optional defects. */
export interface ZipFile {
  bytes: Uint8Array;
  /** Data written instead of the bytes, with method 8. */
  deflated?: Uint8Array;
  /** Values in the directory. */
  size?: number;
  checksum?: number;
  offset?: number;
  flags?: number;
  method?: number;
}

/** A zip archive. */
export function zip(files: Record<string, Uint8Array | ZipFile>): Uint8Array {
  const bodies: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let position = 0;
  for (const [name, given] of Object.entries(files)) {
    const file = given instanceof Uint8Array ? { bytes: given } : given;
    const stored = file.deflated ?? file.bytes;
    const method = file.method ?? (file.deflated ? 8 : 0);
    const common = concat(
      little(file.flags ?? 0, 2),
      little(method, 2),
      little(0, 4),
      little(file.checksum ?? crc32(file.bytes), 4),
      little(stored.length, 4),
      little(file.size ?? file.bytes.length, 4),
      little(encoder.encode(name).length, 2),
      little(0, 2),
    );
    const body = concat("PK\x03\x04", little(20, 2), common, name, stored);
    directory.push(
      concat(
        "PK\x01\x02",
        little(20, 2),
        little(20, 2),
        common,
        little(0, 10),
        little(file.offset ?? position, 4),
        name,
      ),
    );
    bodies.push(body);
    position += body.length;
  }
  const list = concat(...directory);
  const count = little(directory.length, 2);
  const end = concat("PK\x05\x06", little(0, 4), count, count, little(list.length, 4), little(position, 4), [
    0,
    0,
  ]);
  return concat(...bodies, list, end);
}

/** A PyTorch checkpoint with this pickle and these storages. */
export function torchZip(data: Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const files = Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes]);
  return zip({ "archive/data.pkl": data, ...Object.fromEntries(files) });
}

/** A safetensors file with this header. */
export function safetensors(header: unknown, data: Uint8Array): Uint8Array {
  const json = encoder.encode(typeof header === "string" ? header : JSON.stringify(header));
  return concat(little(json.length, 8), json, data);
}

/** The bytes of float32 values. */
export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** The beginning of checkpoints of the older layout, pickled with protocol 2. */
export const legacyMagic: Uint8Array = concat(
  [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
  ".",
);

/** A checkpoint of the older layout; `parts` follow its description of the machine. */
export function legacy(...parts: Uint8Array[]): Uint8Array {
  return concat(legacyMagic, pickle(integer(1001)), pickle("}"), ...parts);
}

/** The elements of a small storage. */
export const fourFloats: Uint8Array = floats(1, 2, 3, 4);
