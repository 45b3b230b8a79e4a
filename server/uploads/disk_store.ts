import type { Readable } from "node:stream";
import { join } from "node:path";
import { FileStore } from "@tus/file-store";
import { BlockWriter } from "./block_writer.ts";
import { removeFile } from "./incoming_file.ts";
import { isId } from "./received.ts";

/** Age at which an unfinished upload is removed: one day, in milliseconds. */
export const expiry = 24 * 3600 * 1000;

/**
 * Stores the files of resumable uploads, each with a JSON file. Unlike its base class, it reports disk
 * errors, and it removes uploads older than {@link expiry} even if one of the two files is missing.
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
      // After an interruption the client can resume from what has arrived.
      await writer.flush();
    }
    return end;
  }

  /** Removes both files of an upload, if they exist. */
  async forget(id: string): Promise<void> {
    await removeFile(join(this.directory, id));
    await removeFile(join(this.directory, `${id}.json`));
  }

  /** Removes uploads without recent activity; returns how many. */
  override async deleteExpired(): Promise<number> {
    const ids = new Set<string>();
    for await (const { name } of Deno.readDir(this.directory)) {
      const id = name.replace(/\.json$/, "");
      if (isId(id)) ids.add(id);
    }
    let removed = 0;
    for (const id of ids) {
      if (await this.#touched(id) > Date.now() - expiry) continue;
      await this.forget(id);
      removed++;
    }
    return removed;
  }

  /** Returns when either file of an upload was last written, in milliseconds since 1970. */
  async #touched(id: string): Promise<number> {
    const times = [id, `${id}.json`].map(async (name) => {
      const status = await Deno.stat(join(this.directory, name)).catch(() => undefined);
      return status?.mtime?.getTime() ?? 0;
    });
    return Math.max(...await Promise.all(times));
  }
}
