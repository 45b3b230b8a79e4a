/**
 * A reader for Python's pickles (protocols 2 to 5) that only reads data. A pickle is a program for a stack machine;
 * instructions that name and call Python functions can only reach what the caller allows.
 */
import { ByteReader, CheckpointError, damaged, EndsEarlyError, quoted, saveWeights } from "./bytes.ts";

/** A value in a pickle: tuples and lists are arrays, dictionaries are maps; others come from the caller's functions. */
export type PickleValue = unknown;

/** Replaces a Python function that a pickle may call. */
export type AllowedCall = (args: PickleValue[]) => PickleValue;

/** What a pickle may access besides its own data. */
export interface PickleHost {
  /** By full name, such as `collections.OrderedDict`: a function, or a value that represents a class. */
  globals: ReadonlyMap<string, unknown>;
  /** Returns the value for an object that is stored outside of the pickle, given its persistent id. */
  persistent?: (id: PickleValue) => PickleValue;
}

/** The value of a pickle, and the offset at which the pickle ends. */
export interface Unpickled {
  value: PickleValue;
  end: number;
}

/**
 * Largest size of a pickle in bytes. RAFT's weights need 30 thousand. A one-byte instruction can make a dictionary of
 * two hundred bytes: 4 MB of them take 1 GB.
 */
const longestPickle = 4 << 20;

/**
 * Checks the length of a pickle, in bytes, before it is unpacked.
 *
 * @throws {CheckpointError} if the pickle is too long for {@link unpickle}.
 */
export function checkPickleLength(length: number): void {
  if (length > longestPickle) throw tooLong();
}

/**
 * Reads the pickle that begins at `offset`.
 *
 * Time and memory are proportional to the number of bytes read, whatever the bytes say: values are shared, never
 * copied, and each length is checked against the bytes that are there.
 *
 * @throws {CheckpointError} if the bytes are not a pickle, if the pickle is larger than 4 MB, names something that is
 * not allowed, or has an unknown instruction.
 */
export function unpickle(bytes: Uint8Array, host: PickleHost, offset = 0): Unpickled {
  const readable = bytes.subarray(0, offset + longestPickle);
  try {
    return new PickleMachine(new ByteReader(readable, offset), host).run();
  } catch (cause) {
    if (cause instanceof EndsEarlyError && readable.length < bytes.length) throw tooLong();
    throw cause;
  }
}

class PickleMachine {
  readonly #reader: ByteReader;
  readonly #host: PickleHost;
  readonly #memo = new Map<number, PickleValue>();
  /** Stack positions at which unfinished collections begin. */
  readonly #marks: number[] = [];
  #stack: PickleValue[] = [];

  constructor(reader: ByteReader, host: PickleHost) {
    this.#reader = reader;
    this.#host = host;
  }

  run(): Unpickled {
    if (this.#reader.uint8() !== protocolInstruction) throw withoutProtocol();
    this.#checkProtocol(this.#reader.uint8());
    for (;;) {
      const code = this.#reader.uint8();
      if (code === stop) return { value: this.#pop(), end: this.#reader.position };
      this.#step(code);
    }
  }

  /** Executes one instruction; the names are those of Python's `pickletools`. */
  #step(code: number): void {
    const reader = this.#reader;
    switch (String.fromCharCode(code)) {
      case "\x95": // FRAME
        return void (reader.position += 8);
      case "(": // MARK
        return void this.#marks.push(this.#stack.length);
      case "0": // POP
        return void this.#pop();

      case "N": // NONE
        return this.#push(null);
      case "\x88": // NEWTRUE
        return this.#push(true);
      case "\x89": // NEWFALSE
        return this.#push(false);
      case "J": // BININT
        return this.#push(reader.int32());
      case "K": // BININT1
        return this.#push(reader.uint8());
      case "M": // BININT2
        return this.#push(reader.uint16());
      case "\x8a": // LONG1
        return this.#push(wholeNumber(reader.bytes(reader.uint8())));
      case "G": // BINFLOAT
        return this.#push(reader.float64BigEndian());
      case "X": // BINUNICODE
      case "T": // BINSTRING
        return this.#push(reader.text(reader.uint32()));
      case "\x8c": // SHORT_BINUNICODE
      case "U": // SHORT_BINSTRING
        return this.#push(reader.text(reader.uint8()));
      case "\x8d": // BINUNICODE8
        return this.#push(reader.text(reader.size()));

      case ")": // EMPTY_TUPLE
      case "]": // EMPTY_LIST
        return this.#push([]);
      case "}": // EMPTY_DICT
        return this.#push(new Map());
      case "t": // TUPLE
        return this.#push(this.#sinceMark());
      case "\x85": // TUPLE1
        return this.#push(this.#last(1));
      case "\x86": // TUPLE2
        return this.#push(this.#last(2));
      case "\x87": // TUPLE3
        return this.#push(this.#last(3));
      case "a": // APPEND
        return this.#append(this.#last(1));
      case "e": // APPENDS
        return this.#append(this.#sinceMark());
      case "s": // SETITEM
        return this.#setItems(this.#last(2));
      case "u": // SETITEMS
        return this.#setItems(this.#sinceMark());

      case "q": // BINPUT
        return void this.#memo.set(reader.uint8(), this.#top());
      case "r": // LONG_BINPUT
        return void this.#memo.set(reader.uint32(), this.#top());
      case "\x94": // MEMOIZE
        return void this.#memo.set(this.#memo.size, this.#top());
      case "h": // BINGET
        return this.#recall(reader.uint8());
      case "j": // LONG_BINGET
        return this.#recall(reader.uint32());

      case "c": // GLOBAL
        return this.#push(this.#global(reader.line(), reader.line()));
      case "\x93": { // STACK_GLOBAL
        const [module, name] = this.#last(2);
        return this.#push(this.#global(module, name));
      }
      case "Q": // BINPERSID
        return this.#push(this.#persistent(this.#pop()));
      case "R": // REDUCE
        return this.#call();
      case "b": // BUILD
        return this.#build();
      default:
        throw unknownInstruction(code);
    }
  }

  #checkProtocol(protocol: number): void {
    if (protocol >= 2 && protocol <= 5) return;
    throw new CheckpointError(
      `is a pickle of protocol ${protocol}, and 2 to 5 are read; save it again with torch.save's default pickle_protocol`,
    );
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    return this.#last(1)[0];
  }

  #top(): PickleValue {
    if (this.#stack.length === 0) throw senseless();
    return this.#stack.at(-1);
  }

  /** Pops `count` values off the stack, none of them from below a mark. */
  #last(count: number): PickleValue[] {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) throw senseless();
    return this.#stack.splice(this.#stack.length - count, count);
  }

  #sinceMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw senseless();
    return this.#stack.splice(mark);
  }

  #append(values: PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw senseless();
    for (const value of values) list.push(value);
  }

  #setItems(items: PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) throw senseless();
    for (let index = 0; index < items.length; index += 2) map.set(items[index], items[index + 1]);
  }

  #recall(index: number): void {
    if (!this.#memo.has(index)) throw senseless();
    this.#push(this.#memo.get(index));
  }

  #global(module: PickleValue, name: PickleValue): unknown {
    if (typeof module !== "string" || typeof name !== "string") throw senseless();
    const full = `${module}.${name}`;
    const known = this.#host.globals.get(full);
    if (known !== undefined) return known;
    throw notWeights(`holds ${quoted(full)}, which`);
  }

  #persistent(id: PickleValue): PickleValue {
    if (!this.#host.persistent) throw senseless();
    return this.#host.persistent(id);
  }

  #call(): void {
    const [callable, args] = this.#last(2);
    if (typeof callable !== "function" || !Array.isArray(args)) {
      throw notWeights("calls something that");
    }
    this.#push((callable as AllowedCall)(args));
  }

  /** Ignores attributes of a dictionary, such as PyTorch's `_metadata`: they do not affect the weights. */
  #build(): void {
    this.#pop();
    if (this.#top() instanceof Map) return;
    throw notWeights("sets up an object that");
  }
}

const stop = ".".charCodeAt(0);
const protocolInstruction = 0x80;

/** Two's complement, little-endian. */
function wholeNumber(bytes: Uint8Array): number {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = value << 8n | BigInt(byte);
  return Number(BigInt.asIntN(8 * bytes.length, value));
}

function tooLong(): CheckpointError {
  return new CheckpointError(
    `holds a pickle of over ${longestPickle >> 20} MB, too much for weights; ${saveWeights}`,
  );
}

/** From protocol 2 on, a pickle begins with its protocol. */
function withoutProtocol(): CheckpointError {
  return new CheckpointError(
    "is damaged, or a pickle of protocol 0 or 1, which is not read; fetch it again, or save it again with " +
      "torch.save's default pickle_protocol",
  );
}

function notWeights(what: string): CheckpointError {
  return new CheckpointError(
    `${what} is not part of weights; nothing of it was run; ${saveWeights}, as float32`,
  );
}

function unknownInstruction(code: number): CheckpointError {
  const hexadecimal = code.toString(16).padStart(2, "0");
  return new CheckpointError(
    `holds the pickle instruction 0x${hexadecimal}, which weights have no need of; ${saveWeights}`,
  );
}

function senseless(): CheckpointError {
  return damaged("its pickle makes no sense");
}
