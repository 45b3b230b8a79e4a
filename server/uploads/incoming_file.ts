import { BlockWriter } from "./block_writer.ts";
import { tooLarge } from "./body.ts";

/** A file that is being received: it grows with each chunk, and is gone again unless it is closed. */
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

  /** Creates the file, which may take at most so many bytes. */
  static async create(path: string, limit: number): Promise<IncomingFile> {
    const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
    return new IncomingFile(path, file, limit);
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a chunk over. Throws a ReverieError above the limit, and whatever the disk says. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.limit) throw tooLarge(this.limit);
    await this.#writer.write(chunk);
  }

  /** Ends the file, which stays. Throws what the disk says. */
  async close(): Promise<void> {
    await this.#writer.flush();
    this.#end();
  }

  /** Ends the file and removes it. */
  async discard(): Promise<void> {
    this.#end();
    await removeFile(this.path);
  }

  #end(): void {
    if (this.#open) this.file.close();
    this.#open = false;
  }
}

/** Removes a file that may be gone already. */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
