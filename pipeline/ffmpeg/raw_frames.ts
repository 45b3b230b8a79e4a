/**
 * Reads raw frames of one size from a byte stream, each directly into the memory that it stays in. While one
 * frame is in use, the next is read; beyond that the stream, and the process behind it, has to wait.
 */
export class RawFrames {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #size: number;
  #ahead: Promise<Uint8Array | undefined> | undefined;

  /**
   * @param size number of bytes of one frame
   */
  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>, size: number) {
    this.#reader = stream.getReader({ mode: "byob" });
    this.#size = size;
  }

  /** The next whole frame, or undefined when the stream has ended. One caller at a time. */
  async next(): Promise<Uint8Array | undefined> {
    const frame = await (this.#ahead ?? this.#read());
    this.#ahead = frame && this.#read();
    return frame;
  }

  /** Discards the rest of the stream; a pending read ends without a frame. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#reader.read(new Uint8Array(this.#size), { min: this.#size });
    return done ? undefined : value;
  }
}
