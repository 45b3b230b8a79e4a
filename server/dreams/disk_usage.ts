import { join } from "node:path";

/**
 * Bytes of a dream's folder. The source is counted separately, since dreams of the same source share the
 * file.
 */
export interface FolderUsage {
  own: number;
  source: { file: string; bytes: number } | undefined;
}

/** Measures a dream's folder; a file that vanishes meanwhile counts as 0 bytes. */
export async function folderUsage(folder: string): Promise<FolderUsage> {
  const usage: FolderUsage = { own: 0, source: undefined };
  for (const path of await filesIn(folder)) {
    const info = await Deno.lstat(path).catch(() => undefined);
    if (!info) continue;
    if (path === join(folder, "source") && info.ino !== null) {
      usage.source = { file: `${info.dev}:${info.ino}`, bytes: info.size };
    } else usage.own += info.size;
  }
  return usage;
}

/** Returns the bytes of all folders together; a shared source counts once. */
export function totalUsage(folders: Iterable<FolderUsage>): number {
  const all = [...folders];
  const sources = new Map(all.flatMap(({ source }) => source ? [[source.file, source.bytes]] : []));
  return [...all.map(({ own }) => own), ...sources.values()].reduce((sum, bytes) => sum + bytes, 0);
}

async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) found.push(...await filesIn(path));
      else found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
