import { setTimeout as delay } from "node:timers/promises";
import { isFile, isStillAt, openCacheFile } from "./cache_file.ts";
import type { Reach } from "./reach.ts";

/** Milliseconds between two checks whether another process is done. */
const pauseMs = 100;

/**
 * Runs `make`, which makes the target, under a lock. If another process is making the target, waits for it and returns
 * the target. The lock is on a file next to the target; the system releases it when its process ends, for whatever
 * reason. A byte in that file says that a server has answered, which also ends the time limit of the waiting process.
 *
 * @throws {ReverieError} if the folder cannot be written to.
 * @throws {unknown} the reason of the signal of `reach` when that signal is aborted.
 */
export async function withFolderLock(
  target: string,
  reach: Reach,
  make: () => Promise<string>,
): Promise<string> {
  const path = `${target}.lock`;
  const signal = reach.share(1);
  for (;;) {
    signal.throwIfAborted();
    using lock = await openCacheFile(path);
    if (await lock.tryLock(true)) {
      if (!await isStillAt(path, lock)) continue;
      try {
        if (await isFile(target)) return target;
        await lock.truncate(0);
        reach.onAnswer = () => lock.writeSync(Uint8Array.of(1));
        return await make();
      } finally {
        await Deno.remove(path).catch(() => {});
      }
    }
    if ((await lock.stat()).size > 0) reach.answered();
    await delay(pauseMs);
  }
}
