import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "./errors.ts";
import type { Reach } from "./reach.ts";

/** How long to wait before one looks again whether another process is done, in milliseconds. */
const pauseMs = 100;

/**
 * Runs `make`, which makes the target, while nobody else does; where another process makes it, waits for that one and
 * returns the target. The lock is a file beside the target that the system frees when its process ends, however it
 * ends; a byte in it says that a server has answered, which ends the waiting process's time limit, too.
 *
 * Throws a UserError when the folder cannot be written to, and what the time limit's signal is aborted with.
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
    using lock = await openLock(path);
    if (await lock.tryLock(true)) {
      if (!await isStillAt(path, lock)) continue;
      try {
        if (await exists(target)) return target;
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

async function openLock(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (cause) {
    throw new UserError(
      `cannot write to the cache folder ${dirname(path)}: ${(cause as Error).message}; ` +
        "set REVERIE_CACHE to another folder",
      { exitCode: 1, cause },
    );
  }
}

/** Whoever had the lock may have removed its file. */
async function isStillAt(path: string, open: Deno.FsFile): Promise<boolean> {
  const there = await Deno.stat(path).catch(() => undefined);
  return there !== undefined && there.ino === (await open.stat()).ino;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
