/** Bytes collected before each write to disk. */
const blockSize = 1 << 20;

/** Maximum number of queued blocks before the writer has to wait. */
const mostWaiting = 16;

/**
 * Writes chunks to an open file in blocks of 1 MiB through a queue, so that reading goes on meanwhile. It
 * rarely waits: if the reader of a chunked body pauses, the body piles up in Deno's server, and 300 MB then
 * take 30 s instead of one.
 */
export class BlockWriter {
  #block = new Uint8Array(blockSize);
  #filled = 0;
  /** Blocks for reuse. */
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: Deno.FsFile) {}

  /**
   * Takes ownership of a chunk; its memory is freed, so the caller must not use it afterwards. Throws the
   * errors of the file system.
   */
  async write(chunk: Uint8Array): Promise<void> {
    for (let taken = 0; taken < chunk.length;) {
      if (this.#filled === blockSize) {
        this.#turn();
        if (this.#waiting > mostWaiting) await this.#writing;
      }
      const part = chunk.subarray(taken, taken + blockSize - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
    }
    free(chunk);
  }

  /** Waits until everything is written. Throws the errors of the file system. */
  async flush(): Promise<void> {
    this.#turn();
    await this.#writing;
  }

  /**
   * Queues the block for writing. After an error nothing more is written, and every later wait throws that
   * error.
   */
  #turn(): void {
    const block = this.#block, bytes = block.subarray(0, this.#filled);
    this.#waiting++;
    this.#writing = this.#writing.then(() => writeAll(this.file, bytes)).then(() => {
      this.#waiting--;
      this.#free.push(block);
    });
    this.#writing.catch(() => {});
    this.#block = this.#free.pop() ?? new Uint8Array(blockSize);
    this.#filled = 0;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

/**
 * Frees memory at once. Otherwise buffers pile up to a hundred megabytes and more, because the garbage
 * collector sees them as small objects. A chunk that is only part of its buffer is not freed, since the rest
 * may belong to somebody else.
 */
function free({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
