/** Reads protocol buffers field by field. A value is never larger than the bytes that hold it. */
import { ByteReader, damaged } from "./bytes.ts";

/** A field of a message: its number, and its value as an integer or as bytes. */
export type Field =
  | { number: number; kind: "varint"; value: number }
  | { number: number; kind: "bytes"; bytes: Uint8Array };

/**
 * The fields of a message in order. Fixed-width numbers are returned as bytes.
 *
 * @throws {CheckpointError} if the message ends in the middle of a field, or the bytes are not a message.
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = new ByteReader(message);
  while (reader.position < message.length) {
    const tag = readVarint(reader);
    const number = Math.floor(tag / 8);
    if (number === 0) throw damaged("it holds a field without a number");
    switch (tag % 8) {
      case 0:
        yield { number, kind: "varint", value: readVarint(reader) };
        break;
      case 1:
        yield { number, kind: "bytes", bytes: reader.bytes(8) };
        break;
      case 2:
        yield { number, kind: "bytes", bytes: reader.bytes(readVarint(reader)) };
        break;
      case 5:
        yield { number, kind: "bytes", bytes: reader.bytes(4) };
        break;
      default:
        throw damaged("it holds a field of an unknown kind");
    }
  }
}

/** The integers packed in a field: at most `most` + 1, so that the caller can tell when there are too many. */
export function unpackVarints(bytes: Uint8Array, most: number): number[] {
  const reader = new ByteReader(bytes);
  const values: number[] = [];
  while (reader.position < bytes.length && values.length <= most) values.push(readVarint(reader));
  return values;
}

/** Reads seven bits per byte, lowest first. Values of over 53 bits are only approximate; they are too large anyway. */
function readVarint(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.uint8();
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw damaged("it holds a number without an end");
}
