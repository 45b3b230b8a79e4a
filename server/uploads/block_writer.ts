/** Bytes gathered before they go to the disk. */
const blockSize = 1 << 20;

/** Blocks that may be on their way to the disk before whoever writes has to wait. */
const mostWaiting = 16;

/**
 * Writes chunks to an open file in blocks of 1 MiB, on a queue, so that reading goes on meanwhile. It hardly ever
 * waits: a chunked body whose reader pauses piles up in Deno's server, and 300 MB then take 30 s instead of one.
 */
export class BlockWriter {
  #block = new Uint8Array(blockSize);
  #filled = 0;
  /** Blocks to be used again. */
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #waiting = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(private readonly file: Deno.FsFile) {}

  /** Takes a chunk over; its memory is freed, so that the caller may not use it any more. Throws what the disk says. */
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

  /** Waits until all is written. Throws what the disk says. */
  async flush(): Promise<void> {
    this.#turn();
    await this.#writing;
  }

  /** Queues the block for the disk. After an error nothing more is written, and the queue keeps telling it. */
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
 * Gives memory back at once. The garbage collector lets buffers pile up to a hundred megabytes and more, since to it
 * they are small objects. A buffer of which the chunk is but a part may be somebody else's, too.
 */
function free({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}
