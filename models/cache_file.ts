/** Files in the cache folder that several processes may want at once. */
import { dirname } from "node:path";
import { cacheUnusable } from "./cache.ts";

/** Opens a file in the cache folder to read and write it; it and its folder are made where they are not there. */
export async function openCacheFile(path: string): Promise<Deno.FsFile> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (cause) {
    throw cacheUnusable(dirname(path), cause);
  }
}

/** Whether an open file still has its name: whoever had its lock before may have removed or renamed it. */
export async function isStillAt(path: string, open: Deno.FsFile): Promise<boolean> {
  const there = await Deno.stat(path).catch(() => undefined);
  return there !== undefined && there.ino === (await open.stat()).ino;
}

/** Whether there is a file of that path. */
export async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
