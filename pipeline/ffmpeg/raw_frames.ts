import { Writable } from "node:stream";

/** Whole frames that may wait for their reader; the process that makes them is held up beyond that. */
const maximumWaiting = 2;

/**
 * The end of a pipe of raw frames of one size. Bytes are copied once, into the frame they belong to. When
 * {@link maximumWaiting} frames wait to be taken the writer is not answered, so that its process stands still.
 */
export class RawFrames extends Writable {
  readonly #size: number;
  #frame: Uint8Array | undefined;
  #filled = 0;
  #frames: Uint8Array[] = [];
  #held: (() => void) | undefined;
  #waiting: (() => void) | undefined;
  #ended = false;
  #discarding = false;

  /** @param size bytes of one frame. */
  constructor(size: number) {
    // Without "close", on which fluent-ffmpeg would start a timer to kill the process that has ended already.
    super({ highWaterMark: 1, emitClose: false });
    this.#size = size;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    for (let read = 0; read < chunk.length && !this.#discarding;) {
      this.#frame ??= new Uint8Array(this.#size);
      const part = chunk.subarray(read, read + this.#size - this.#filled);
      this.#frame.set(part, this.#filled);
      read += part.length;
      this.#filled += part.length;
      if (this.#filled === this.#size) this.#finishFrame();
    }
    if (this.#frames.length >= maximumWaiting && !this.#discarding) this.#held = done;
    else done();
  }

  override _final(done: () => void): void {
    this.#ended = true;
    this.#wake();
    done();
  }

  /** The next whole frame, or undefined when the pipe has ended. One caller at a time. */
  async next(): Promise<Uint8Array | undefined> {
    while (this.#frames.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    const frame = this.#frames.shift();
    if (this.#frames.length < maximumWaiting) this.#release();
    return frame;
  }

  /** Drops what has come and whatever still comes, so that the pipe runs dry and can be closed. */
  discard(): void {
    this.#discarding = true;
    this.#frames = [];
    this.#release();
  }

  #finishFrame(): void {
    this.#frames.push(this.#frame!);
    this.#frame = undefined;
    this.#filled = 0;
    this.#wake();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  #wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
