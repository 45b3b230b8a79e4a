import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import { cannotWrite } from "./obstacles.ts";

/**
 * Keeps other runs away from an output for as long as one run makes it. The system releases the lock when its
 * process ends, for whatever reason: a lock file that is left over blocks nobody.
 */
export class RunLock implements AsyncDisposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Locks a file that is to be made.
   *
   * @throws {ReverieError} if another run makes it, or its folder cannot be written to
   */
  static async ofFile(path: string): Promise<RunLock> {
    // A hash keeps the name short, however long that of the output is.
    const hash = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16);
    const lock = join(dirname(resolve(path)), `.reverie-${hash}.lock`);
    return await RunLock.#take(lock, path, line`${{ path }} cannot be written`);
  }

  /**
   * Locks a folder that is to be filled, and makes it if it is missing.
   *
   * @throws {ReverieError} if another run fills it, or it cannot be written to
   */
  static async ofFolder(path: string): Promise<RunLock> {
    const wrong = line`the folder ${{ path }} cannot be used`;
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (cause) {
      throw cannotWrite(wrong, cause);
    }
    return await RunLock.#take(join(resolve(path), ".reverie.lock"), path, wrong);
  }

  static async #take(lock: string, path: string, wrong: Line): Promise<RunLock> {
    for (;;) {
      let file: Deno.FsFile;
      try {
        file = await Deno.open(lock, { read: true, write: true, create: true });
      } catch (cause) {
        throw cannotWrite(wrong, cause);
      }
      // A file system without locks lets everybody in.
      const taken = await file.tryLock(true).catch(() => true);
      if (taken && await isStillAt(lock, file)) return new RunLock(lock, file);
      file.close();
      if (taken) continue;
      throw new ReverieError("output_unusable", line`${{ path }} is being made by another run`, {
        advice: ["wait for that one", "give another name"],
      });
    }
  }

  /** Lets other runs in. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { size } = await this.#file.stat();
    // Only an empty file can be this lock's own.
    if (size === 0) await Deno.remove(this.#path).catch(() => {});
    this.#file.close();
  }
}

/** Whether an open file is still at its path: the previous holder of the lock may have removed it. */
async function isStillAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const there = await Deno.stat(path).catch(() => undefined);
  return there !== undefined && there.ino === (await file.stat()).ino;
}
