import { join } from "node:path";
import { homedir } from "node:os";
import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { isDiskFull, reasonOf } from "./system_error.ts";

/**
 * The folder for fetched networks: `REVERIE_CACHE` if it is set, otherwise a folder in the operating system's cache
 * folder of the user. Nothing is ever written next to the program.
 */
export function cacheFolder(): string {
  const chosen = Deno.env.get("REVERIE_CACHE");
  if (chosen) return chosen;
  switch (Deno.build.os) {
    case "darwin":
      return join(homedir(), "Library", "Caches", "reverie");
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "reverie", "cache");
    default:
      return join(Deno.env.get("XDG_CACHE_HOME") || join(homedir(), ".cache"), "reverie");
  }
}

/**
 * Runs `make` in a fresh folder next to the target and moves the file or folder that it returns to the target. A
 * target that exists is therefore always complete, even if two processes make it at once. Returns the target.
 *
 * @throws {ReverieError} if the cache folder cannot be written to.
 */
export async function makeWhole(target: string, make: (folder: string) => Promise<string>): Promise<string> {
  const folder = await workFolder(join(target, ".."));
  try {
    await Deno.rename(await make(folder), target);
    return target;
  } catch (error) {
    throw isDiskFull(error) ? cacheUnusable(join(target, ".."), error) : error;
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** The error for a cache folder that cannot be written to. */
export function cacheUnusable(folder: string, cause: unknown): ReverieError {
  const code = isDiskFull(cause) ? "disk_full" : "cache_unusable";
  const wrong = line`cannot write to the cache folder ${{ path: folder }}: ${reasonOf(cause)}`;
  return new ReverieError(code, wrong, { advice: ["set REVERIE_CACHE to another folder"], cause });
}

async function workFolder(parent: string): Promise<string> {
  try {
    await Deno.mkdir(parent, { recursive: true });
    return await Deno.makeTempDir({ dir: parent, prefix: ".fetch-" });
  } catch (cause) {
    throw cacheUnusable(parent, cause);
  }
}
