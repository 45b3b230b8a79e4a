import type { Readable } from "node:stream";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { BlockWriter } from "./block_writer.ts";
import { removeFile } from "./incoming_file.ts";

/** Milliseconds after which an unfinished upload is given up: a day. */
export const expiry = 24 * 3600 * 1000;

/**
 * Files of resumable uploads, each with a JSON file beside it. Unlike the store it is made from, it tells what is
 * wrong with the disk, and clears up what is older than {@link expiry} even where one of the two files is lacking.
 */
export class DiskStore extends FileStore {
  constructor(directory: string) {
    super({ directory, expirationPeriodInMilliseconds: expiry });
  }

  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    using file = await Deno.open(join(this.directory, id), { write: true });
    await file.seek(offset, Deno.SeekMode.Start);
    const writer = new BlockWriter(file);
    let end = offset;
    try {
      for await (const chunk of readable) {
        end += chunk.length;
        await writer.write(chunk);
      }
    } finally {
      // Where the client broke off it may go on from what has come.
      await writer.flush();
    }
    return end;
  }

  /** Removes both files of an upload, as far as they are there. */
  async forget(id: string): Promise<void> {
    await removeFile(join(this.directory, id));
    await removeFile(join(this.directory, `${id}.json`));
  }

  /** Removes uploads on which nothing has happened for too long; tells how many. */
  override async deleteExpired(): Promise<number> {
    const ids = new Set<string>();
    for await (const { name } of Deno.readDir(this.directory)) ids.add(name.replace(/\.json$/, ""));
    let removed = 0;
    for (const id of ids) {
      if (await this.#touched(id) > Date.now() - expiry) continue;
      await this.forget(id);
      removed++;
    }
    return removed;
  }

  /** When either file of an upload was last written, in milliseconds since 1970. */
  async #touched(id: string): Promise<number> {
    const times = [id, `${id}.json`].map(async (name) => {
      const status = await Deno.stat(join(this.directory, name)).catch(() => undefined);
      return status?.mtime?.getTime() ?? 0;
    });
    return Math.max(...await Promise.all(times));
  }
}
