import { BlockWriter } from "./block_writer.ts";
import { tooLarge } from "./body.ts";

/**
 * A file that is being received. It grows with each chunk; {@link close} keeps it, {@link discard} removes
 * it.
 */
export class IncomingFile {
  #bytes = 0;
  #open = true;
  readonly #writer: BlockWriter;

  private constructor(
    readonly path: string,
    private readonly file: Deno.FsFile,
    private readonly limit: number,
  ) {
    this.#writer = new BlockWriter(file);
  }

  /** Creates the file, which may grow to `limit` bytes. */
  static async create(path: string, limit: number): Promise<IncomingFile> {
    const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
    return new IncomingFile(path, file, limit);
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes ownership of a chunk and writes it. Also throws the errors of the file system.
   *
   * @throws {ReverieError} `too_large` above the limit
   */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.limit) throw tooLarge(this.limit);
    await this.#writer.write(chunk);
  }

  /** Completes and keeps the file. Throws the errors of the file system. */
  async close(): Promise<void> {
    await this.#writer.flush();
    this.#end();
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    this.#end();
    await removeFile(this.path);
  }

  #end(): void {
    if (this.#open) this.file.close();
    this.#open = false;
  }
}

/** Removes a file if it exists. */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
