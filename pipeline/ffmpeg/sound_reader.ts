import { Writable } from "node:stream";
import { fileArgument, runFfmpeg, type Running } from "./command.ts";
import { safeInput } from "./formats.ts";
import { locate } from "./locate.ts";
import type { SourceInfo } from "./probe.ts";

/** Bytes that may wait for their reader; the process that makes them is held up beyond that. */
const maximumWaiting = 1 << 18;
const bytesPerSample = 4;

/**
 * The sound of a source as 32-bit floating point samples, interleaved, from a moment of the source on. Time 0 is the
 * one of its frames: where sound begins later there is silence first. ffmpeg runs only as fast as it is read.
 */
export class SoundReader {
  readonly sampleRate: number;
  readonly channels: number;
  readonly #running: Running;
  readonly #bytes: ByteQueue;

  private constructor(sampleRate: number, channels: number, running: Running, bytes: ByteQueue) {
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.#running = running;
    this.#bytes = bytes;
  }

  /** Starts reading; undefined for a source without sound. */
  static async open(
    source: SourceInfo,
    { from = 0, duration }: { from?: number | undefined; duration?: number | undefined } = {},
  ): Promise<SoundReader | undefined> {
    if (!source.audio) return undefined;
    const { sampleRate } = source.audio;
    // Layouts that a number of channels alone does not tell are mixed down.
    const channels = [1, 2, 6, 8].includes(source.audio.channels) ? source.audio.channels : 2;
    const bytes = new ByteQueue();
    const cut = [
      ...(from > 0 ? ["-ss", String(from)] : []),
      ...(duration === undefined ? [] : ["-t", String(duration)]),
    ];
    const running = runFfmpeg(await locate("ffmpeg"), {
      inputs: [{ source: fileArgument(source.path), options: [...safeInput, ...cut] }],
      options: [
        ...["-map", "0:a:0", "-filter:a", `aresample=${sampleRate}:async=1:first_pts=0`],
        ...["-ac", String(channels), "-ar", String(sampleRate), "-c:a", "pcm_f32le", "-f", "f32le"],
      ],
      output: bytes,
    });
    running.done.then(({ started }) => {
      if (!started) bytes.end();
    });
    return new SoundReader(sampleRate, channels, running, bytes);
  }

  /** The next samples of every channel, at most that many; fewer only at the end, where it gives none. */
  async read(samples: number): Promise<Uint8Array> {
    const size = bytesPerSample * this.channels;
    const bytes = await this.#bytes.read(samples * size);
    return bytes.subarray(0, bytes.length - bytes.length % size);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.#running.kill();
    this.#bytes.discard();
    await this.#running.done;
  }
}

/** The end of a pipe from which any number of bytes can be read. */
class ByteQueue extends Writable {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #held: (() => void) | undefined;
  #waiting: (() => void) | undefined;
  #ended = false;
  #discarding = false;

  constructor() {
    super({ highWaterMark: 1, emitClose: false });
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    if (!this.#discarding) {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake();
    }
    if (this.#length >= maximumWaiting) this.#held = done;
    else done();
  }

  override _final(done: () => void): void {
    this.#ended = true;
    this.#wake();
    done();
  }

  async read(size: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const chunk = this.#chunks[0];
      if (chunk) filled += this.#take(chunk, bytes.subarray(filled));
      else if (this.#ended) break;
      else await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    return bytes.subarray(0, filled);
  }

  discard(): void {
    this.#discarding = true;
    this.#chunks = [];
    this.#length = 0;
    this.#release();
  }

  /** Copies the beginning of the first chunk and leaves the rest of it; how many bytes. */
  #take(chunk: Uint8Array, into: Uint8Array): number {
    const part = chunk.subarray(0, into.length);
    into.set(part);
    if (part.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(part.length);
    this.#length -= part.length;
    if (this.#length < maximumWaiting) this.#release();
    return part.length;
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
