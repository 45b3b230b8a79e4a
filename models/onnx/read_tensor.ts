import { invalidParameter } from "../errors.ts";
import { type ExternalPart, externalPart, readPart, type TensorSource } from "./external_data.ts";
import { fieldsOf, intOf, Numbers, text } from "./messages.ts";
import { arrayType, elementCount, type ElementType, type Tensor, type TensorData } from "./model.ts";
import { elementTypeOf } from "./proto.ts";

/** Names of the types that are read as "other", as far as networks have them (TensorProto.DataType). */
const otherTypes: Readonly<Record<number, string>> = {
  ...{ 4: "uint16", 5: "int16", 8: "string", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128" },
  ...{ 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 23: "float4e2m1" },
};

/** 4-bit integers: two in each byte, the first in the lower half. Read as 8-bit ones. */
const halfBytes: ReadonlyMap<number, "uint8" | "int8"> = new Map([[21, "uint8"], [22, "int8"]]);

interface StoredTensor {
  name: string;
  code: number;
  dims: number[];
  raw: Uint8Array | undefined;
  floats: Numbers;
  ints: Numbers;
  longs: Numbers;
  doubles: Numbers;
  external: ExternalPart | undefined;
}

/**
 * Reads a TensorProto; its elements when they are first asked for.
 *
 * @throws {ReverieError} if its elements do not fill its shape, or lie in a file that is missing or too short
 */
export function readTensor(bytes: Uint8Array, source: TensorSource): { name: string; tensor: Tensor } {
  const stored = fieldsOfTensor(bytes, source);
  const { name, code, dims } = stored;
  const type = halfBytes.get(code) ?? elementTypeOf(code);
  let data: TensorData | undefined;
  // An accessor of its own, so that copies of the object have the elements, too.
  return {
    name,
    tensor: {
      type,
      dims,
      get data() {
        return data ??= elementsOf(stored, type);
      },
    },
  };
}

function fieldsOfTensor(bytes: Uint8Array, source: TensorSource): StoredTensor {
  const stored: StoredTensor = {
    ...{ name: "", code: 0, dims: [], raw: undefined, external: undefined },
    ...{ floats: new Numbers(), ints: new Numbers(), longs: new Numbers(), doubles: new Numbers() },
  };
  const dims = new Numbers();
  const entries: Record<string, string> = {};
  let isExternal = false;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) dims.add(field);
    else if (field.number === 2) stored.code = intOf(field);
    else if (field.number === 4) stored.floats.add(field);
    else if (field.number === 5) stored.ints.add(field);
    else if (field.number === 7) stored.longs.add(field);
    else if (field.number === 8) stored.name = text(field);
    else if (field.number === 9) stored.raw = field.bytes;
    else if (field.number === 10) stored.doubles.add(field);
    else if (field.number === 13) {
      const [key = "", value = ""] = [...fieldsOf(field.bytes)].toSorted((a, b) => a.number - b.number).map(
        text,
      );
      entries[key] = value;
    } else if (field.number === 14) isExternal = intOf(field) === 1;
  }
  stored.dims = dims.ints();
  if (isExternal) stored.external = externalPart(entries, byteLengthOf(stored), source);
  else if (stored.raw && stored.raw.length > 0) refuseOtherLength(stored, stored.raw.length);
  return stored;
}

/** The bytes that its elements take; undefined for types of unknown size. */
function byteLengthOf({ code, dims }: StoredTensor): number | undefined {
  const count = elementCount(dims);
  if (halfBytes.has(code)) return Math.ceil(count / 2);
  const type = elementTypeOf(code);
  return type === "other" ? undefined : count * arrayType(type).BYTES_PER_ELEMENT;
}

function refuseOtherLength(stored: StoredTensor, length: number): void {
  const expected = byteLengthOf(stored);
  if (expected === undefined || expected === length) return;
  throw invalidParameter(
    "model",
    `damaged ONNX model: tensor ${stored.name} has ${length} bytes, not ${expected} for [${stored.dims}]`,
    { advice: ["fetch or export it again"] },
  );
}

function elementsOf(stored: StoredTensor, type: ElementType): TensorData {
  const { name, code, raw, external } = stored;
  if (type === "other") {
    const what = otherTypes[code] ?? `type ${code}`;
    throw invalidParameter("model", `unsupported ONNX model: tensor ${name} has elements of ${what}`, {
      advice: ["export it in float32", "choose a lower layer"],
    });
  }
  // The bytes lie anywhere in the file; typed arrays need them aligned.
  if (external) return fromBytes(stored, type, readPart(external));
  if (raw && raw.length > 0) return fromBytes(stored, type, raw.slice());
  return fromNumbers(stored, type);
}

function fromBytes({ code, dims }: StoredTensor, type: ElementType, { buffer }: Uint8Array): TensorData {
  const array = arrayType(type);
  if (halfBytes.has(code)) return unpacked(new Uint8Array(buffer), type, elementCount(dims));
  return new array(buffer as ArrayBuffer);
}

function fromNumbers(stored: StoredTensor, type: ElementType): TensorData {
  const { name, code, dims, floats, ints, longs, doubles } = stored;
  const data = type === "float32"
    ? new Float32Array(floats.copied().buffer)
    : type === "float64"
    ? new Float64Array(doubles.copied().buffer)
    : type === "int64"
    ? BigInt64Array.from(longs.bigInts())
    : halfBytes.has(code)
    ? unpacked(Uint8Array.from(ints.ints()), type, elementCount(dims))
    // int32, int8, uint8, bool and the bits of float16 share one field.
    : narrowed(type, ints.ints());
  if (data.length === elementCount(dims)) return data;
  throw invalidParameter(
    "model",
    `damaged ONNX model: tensor ${name} has ${data.length} elements, not [${dims}]`,
    { advice: ["fetch or export it again"] },
  );
}

function unpacked(bytes: Uint8Array, type: ElementType, count: number): TensorData {
  const values = Array.from({ length: count }, (_, i) => bytes[i >> 1]! >> (i % 2 * 4) & 15);
  return narrowed(type, type === "int8" ? values.map((value) => value << 28 >> 28) : values);
}

function narrowed(type: ElementType, values: number[]): TensorData {
  const array = new (arrayType(type))(values.length) as Uint8Array;
  array.set(values);
  return array;
}
