/** Reads the protocol buffers of ONNX files: the fields of a message, without copying what they hold. */

/** A message ends in the middle of a field. */
export class EndsEarlyError extends Error {
  override readonly name = "EndsEarlyError";
}

/** A field of a message: its number, and either an integer or bytes (text, a message, packed or fixed-width numbers). */
export interface Field {
  number: number;
  /** A signed 64-bit integer. */
  int: Int64;
  bytes: Uint8Array;
}

/** The lower 32 bits, unsigned, and the upper ones, signed. */
type Int64 = readonly [low: number, high: number];

/** The integer as a number; exact up to 2^53. */
export function intOf({ int: [low, high] }: Pick<Field, "int">): number {
  return high * 2 ** 32 + low;
}

function bigIntOf([low, high]: Int64): bigint {
  return BigInt(high) << 32n | BigInt(low);
}

const none = new Uint8Array();
const zero: Int64 = [0, 0];
const utf8 = new TextDecoder();

/** A field's bytes as text. */
export function text({ bytes }: Field): string {
  return utf8.decode(bytes);
}

/**
 * The fields of a message in order.
 *
 * @throws {EndsEarlyError} if the message ends in the middle of a field
 * @throws {Error} if the bytes are not a message
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = new Reader(message);
  while (reader.position < message.length) {
    const [tag] = reader.int();
    const [number, kind] = [tag >>> 3, tag & 7];
    if (number === 0) throw new Error("a field has no number");
    if (kind === 0) yield { number, int: reader.int(), bytes: none };
    else if (kind === 1) yield { number, int: zero, bytes: reader.bytes(8) };
    else if (kind === 2) yield { number, int: zero, bytes: reader.bytes(intOf({ int: reader.int() })) };
    else if (kind === 5) yield { number, int: zero, bytes: reader.bytes(4) };
    else throw new Error("a field is of an unknown kind");
  }
}

/** Numbers of a repeated field as they stand in the file: all packed in one, or one in each. */
export class Numbers {
  readonly #fields: Field[] = [];

  add(field: Field): void {
    this.#fields.push(field);
  }

  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  /** Integers as numbers, exact up to 2^53. */
  ints(): number[] {
    return Array.from(this.#ints(), (int) => intOf({ int }));
  }

  /** 64-bit integers, exact. */
  bigInts(): bigint[] {
    return Array.from(this.#ints(), bigIntOf);
  }

  *#ints(): Generator<Int64> {
    for (const { int, bytes } of this.#fields) {
      if (bytes === none) yield int;
      const reader = new Reader(bytes);
      while (reader.position < bytes.length) yield reader.int();
    }
  }

  /** The bytes of fixed-width numbers, copied, so that they can be looked at as numbers. */
  copied(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#fields.reduce((sum, { bytes }) => sum + bytes.length, 0));
    let place = 0;
    for (const { bytes } of this.#fields) {
      all.set(bytes, place);
      place += bytes.length;
    }
    return all;
  }
}

class Reader {
  position = 0;

  constructor(readonly message: Uint8Array) {}

  bytes(length: number): Uint8Array {
    const start = this.position;
    if (length < 0 || start + length > this.message.length) throw new EndsEarlyError("the file ends early");
    this.position += length;
    return this.message.subarray(start, start + length);
  }

  /** Seven bits per byte, the lowest first; ten bytes for negative numbers. */
  int(): Int64 {
    let [low, high] = [0, 0];
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.message[this.position++];
      if (byte === undefined) throw new EndsEarlyError("the file ends early");
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return [low >>> 0, high | 0];
    }
    throw new Error("a number has no end");
  }
}
