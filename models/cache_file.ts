/** Files in the cache folder that several processes may use at once. */
import { dirname } from "node:path";
import { cacheUnusable } from "./cache.ts";

/**
 * Opens a file in the cache folder for reading and writing. Creates the file and its folder if they do not exist.
 *
 * @throws {ReverieError} if the folder cannot be written to.
 */
export async function openCacheFile(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (cause) {
    throw cacheUnusable(dirname(path), cause);
  }
}

/** Whether an open file is still at its path: the previous holder of its lock may have removed or renamed it. */
export async function isStillAt(path: string, open: Deno.FsFile): Promise<boolean> {
  const there = await Deno.stat(path).catch(() => undefined);
  return there !== undefined && there.ino === (await open.stat()).ino;
}

/** Whether the path exists and is a file. */
export async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
