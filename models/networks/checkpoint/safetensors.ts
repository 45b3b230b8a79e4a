/** A reader for safetensors files: the length of a JSON header, the header, the tensors' bytes. */
import { ByteReader, CheckpointError, damaged, quoted } from "./bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { elementSize, type ElementType, mostAxes, toFloat32 } from "./elements.ts";

const elementTypes: Readonly<Record<string, ElementType>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F64: "float64",
  I64: "int64",
};

/** Whether bytes begin as a safetensors file does. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === "{".charCodeAt(0);
}

/** A tensor's description in the header, checked. */
interface Described {
  name: string;
  type: ElementType;
  dims: number[];
  /** Start and end of its bytes, counted from the end of the header. */
  start: number;
  end: number;
}

/** Largest size of a header in bytes; RAFT's needs 15 thousand. */
const longestHeader = 16 << 20;

/**
 * Reads all tensors of a safetensors file. Element types may be F32, F16, BF16, F64 and I64.
 *
 * @throws {CheckpointError} if the header is invalid or larger than 16 MB, if tensors overlap, leave gaps, lie outside
 * of the file or have more than 16 axes, or if an element type is not supported.
 */
export function readSafetensors(bytes: Uint8Array): Checkpoint {
  const reader = new ByteReader(bytes);
  const length = reader.size();
  if (length > longestHeader) {
    throw damaged(`it claims a header of ${length} bytes, too many for weights`);
  }
  const header = parse(reader.text(length));
  const data = bytes.subarray(reader.position);
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__").map(describe);
  checkPlaces(tensors, data.length);
  return new Map(tensors.map(({ name, type, dims, start, end }) => [
    name,
    { dims, data: toFloat32(data.subarray(start, end), type) },
  ]));
}

function parse(text: string): object {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged("its header is not JSON", cause);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) throw notDescribed();
  return header;
}

function describe([name, described]: [string, unknown]): Described {
  const { dtype, shape, data_offsets: offsets } = (described ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !areCounts(shape) || !areCounts(offsets)) throw notDescribed(name);
  if (shape.length > mostAxes) {
    throw new CheckpointError(
      `has ${quoted(name)} with ${shape.length} axes, which is no tensor of weights; fetch it again`,
    );
  }
  const type = Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype]! : undefined;
  if (!type) {
    const known = Object.keys(elementTypes).join(", ");
    throw new CheckpointError(`has ${quoted(name)} as ${quoted(dtype)}; known are ${known}; save it as F32`);
  }
  const [start, end] = offsets;
  if (start === undefined || end === undefined || offsets.length !== 2) throw notDescribed(name);
  const size = shape.reduce((product, size) => product * size, elementSize[type]);
  if (end - start !== size) {
    throw damaged(`${quoted(name)} has another size than its shape`);
  }
  return { name, type, dims: shape, start, end };
}

/** Checks that the tensors fill the data without gaps or overlaps, as the format requires. */
function checkPlaces(tensors: readonly Described[], length: number): void {
  let free = 0;
  for (const { name, start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== free) {
      const wrong = start < free ? "overlaps another tensor" : "does not follow the tensor before it";
      throw damaged(`${quoted(name)} ${wrong}`);
    }
    free = end;
  }
  if (free > length) {
    throw new CheckpointError("is cut short: weights are missing at its end; fetch it again");
  }
  if (free < length) throw damaged("it is longer than its tensors");
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function notDescribed(name?: string): CheckpointError {
  const what = name === undefined ? "no tensors" : `${quoted(name)} wrongly`;
  return damaged(`its header describes ${what}`);
}
