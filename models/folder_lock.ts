import { setTimeout as delay } from "node:timers/promises";
import { isFile, isStillAt, openCacheFile } from "./cache_file.ts";
import type { Reach } from "./reach.ts";

/** How long to wait before one looks again whether another process is done, in milliseconds. */
const pauseMs = 100;

/**
 * Runs `make`, which makes the target, while nobody else does; where another process makes it, waits for that one and
 * returns the target. The lock is a file beside the target that the system frees when its process ends, however it
 * ends; a byte in it says that a server has answered, which ends the waiting process's time limit, too.
 *
 * Throws a ReverieError when the folder cannot be written to, and what the time limit's signal is aborted with.
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
