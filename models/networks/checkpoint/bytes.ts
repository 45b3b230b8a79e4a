/** Reads bytes from front to back, and checks each length before it uses it. */

/** A checkpoint file cannot be used. The message continues a sentence that begins with the file's name. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** Advice that solves most problems with a file that holds more than weights; the end of a sentence. */
export const saveWeights = "save model.state_dict() alone with torch.save";

/** The error for a damaged file; `how` follows "is damaged:". */
export function damaged(how: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`is damaged: ${how}; fetch it again`, { cause });
}

/** The bytes end too early. */
export class EndsEarlyError extends CheckpointError {
  constructor() {
    super("is cut short or damaged: it ends in the middle; fetch it again");
  }
}

/** Invisible characters that end a line, move the cursor or change the writing direction. */
const unseen = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name from a file for messages: in quotes, at most 80 characters, without control characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80).replace(unseen, "?"));
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads bytes from a position that every read advances. Reading past the end throws an {@link EndsEarlyError}. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned 64-bit number, such as a size or a position; no valid one exceeds 2^53. */
  size(): number {
    const size = Number(this.#view.getBigUint64(this.#advance(8), true));
    if (!Number.isSafeInteger(size)) throw damaged("it claims an impossible size");
    return size;
  }

  /** A big-endian double, as in pickles. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** The next `length` bytes, not copied. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next `length` bytes as UTF-8 text. */
  text(length: number): string {
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw damaged("it holds text that is not UTF-8", cause);
    }
  }

  /** Text up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new EndsEarlyError();
    const line = this.text(end - this.position);
    this.position++;
    return line;
  }

  #advance(length: number): number {
    const start = this.position;
    if (start + length > this.#bytes.length) throw new EndsEarlyError();
    this.position += length;
    return start;
  }
}
