/** Bytes read from front to back, each length checked before anything is made of it. */

/** Says that a file is not what it should be, in words that go after the file's name. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** What helps against most that a file may hold besides weights; the end of a sentence. */
export const saveWeights = "save model.state_dict() alone with torch.save";

/** Says that a file is not what was written once; `how` goes after "is damaged:". */
export function damaged(how: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`is damaged: ${how}; fetch it again`, { cause });
}

/** Says that bytes end before what they should hold. */
export class EndsEarlyError extends CheckpointError {
  constructor() {
    super("is cut short or damaged: it ends in the middle; fetch it again");
  }
}

/** What ends a line, moves the cursor, or turns the direction of writing without being seen. */
const unseen = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A name out of a file, in quotes, short and without what a terminal would act on. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80).replace(unseen, "?"));
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A position in bytes; every read moves it on. Reading past the end throws an {@link EndsEarlyError}. */
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

  /** An unsigned number of eight bytes, as a size or a position; none that is real is above 2^53. */
  size(): number {
    const size = Number(this.#view.getBigUint64(this.#advance(8), true));
    if (!Number.isSafeInteger(size)) throw damaged("it claims an impossible size");
    return size;
  }

  /** A double in network order, as pickles have it. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** The next `length` bytes, not copied. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Text of so many bytes of UTF-8. */
  text(length: number): string {
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw damaged("it holds text that is not UTF-8", cause);
    }
  }

  /** Text up to the next line feed, which is passed over. */
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
