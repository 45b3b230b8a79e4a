import { statfs } from "node:fs/promises";
import { statSync } from "node:fs";
import { ReverieError } from "../../pipeline/errors.ts";
import { formatBytes } from "../../pipeline/settings/units.ts";

/** After how long without a byte an upload counts as abandoned, and its room as free, in milliseconds. */
const abandonedAfter = 10 * 60_000;

/** An upload for which room has been promised. */
interface Promised {
  /** Its announced size. */
  bytes: number;
  /** When it was promised, in milliseconds since 1970. */
  at: number;
}

/** The room on the disk that uploads in progress have announced and not taken yet. */
export class PromisedRoom {
  readonly #folder: string;
  /** Uploads by the path of their file. */
  readonly #promised = new Map<string, Promised>();

  readonly #now: () => number;

  /**
   * @param folder a folder on the disk of the uploads
   * @param now milliseconds since 1970
   */
  constructor(folder: string, now: () => number = Date.now) {
    this.#folder = folder;
    this.#now = now;
  }

  /**
   * Promises room for an upload of `bytes` bytes, part of which may be in the file already. Promising again
   * renews a promise.
   *
   * @throws {ReverieError} `disk_full` if the room is not there or promised to others
   */
  async promise(file: string, bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    this.#promised.delete(file);
    const needed = restOf(file, bytes).bytes;
    if (needed > bavail * bsize - this.#rest()) {
      throw new ReverieError(
        "disk_full",
        `the upload takes ${formatBytes(bytes)}, but the server's disk has no room for it`,
        { advice: ["delete old dreams and try again"] },
      );
    }
    this.#promised.set(file, { bytes, at: this.#now() });
  }

  /** Ends a promise: the upload is complete or has failed. */
  end(file: string): void {
    this.#promised.delete(file);
  }

  /** Bytes that are promised and not there yet. */
  #rest(): number {
    let rest = 0;
    for (const [file, { bytes, at }] of this.#promised) {
      const { bytes: missing, written } = restOf(file, bytes);
      if (Math.max(at, written) < this.#now() - abandonedAfter) this.#promised.delete(file);
      else rest += missing;
    }
    return rest;
  }
}

/** The bytes that a file lacks of its size, and when it was last written, in milliseconds since 1970. */
function restOf(file: string, bytes: number): { bytes: number; written: number } {
  const status = statSync(file, { throwIfNoEntry: false });
  return { bytes: Math.max(0, bytes - (status?.size ?? 0)), written: status?.mtimeMs ?? 0 };
}
