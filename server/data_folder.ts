import { homedir } from "node:os";
import { join } from "node:path";
import { wrongUsage } from "../pipeline/errors.ts";

/** What the server itself makes in its data folder. */
const own = /^(dreams|uploads|session-key|reverie\.sqlite(-wal|-shm|-journal)?)$/;

/**
 * Makes the server's data folder, which only its owner can read: uploads and dreams are nobody else's business.
 * In a folder that is there already, what earlier runs left readable for others is closed.
 *
 * @throws {ReverieError} if it cannot be made
 */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of ["dreams", "uploads"]) {
      await Deno.mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    }
    if (Deno.build.os === "windows") return;
    for await (const entry of Deno.readDir(folder)) {
      if (own.test(entry.name)) await close(join(folder, entry.name), entry);
    }
    if (folder === defaultDataFolder()) await Deno.chmod(folder, 0o700);
  } catch (cause) {
    throw wrongUsage(`${folder} cannot be used for dreams: name another folder with --data`, { cause });
  }
}

/** Takes the rights of group and others from a file or folder; a link leads to something else and is left. */
async function close(path: string, { isFile, isDirectory }: Deno.DirEntry): Promise<void> {
  if (isDirectory) await Deno.chmod(path, 0o700);
  else if (isFile) await Deno.chmod(path, 0o600);
}

/** Makes this process, and the programs that it starts, create files that only their owner can read. */
export function createPrivately(): void {
  if (Deno.build.os !== "windows") Deno.umask(0o077);
}

/** Returns the default folder for dreams: the user's data folder as the operating system defines it. */
export function defaultDataFolder(): string {
  switch (Deno.build.os) {
    case "darwin":
      return join(homedir(), "Library", "Application Support", "reverie");
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? join(homedir(), "AppData", "Local"), "reverie", "data");
    default:
      return join(Deno.env.get("XDG_DATA_HOME") || join(homedir(), ".local", "share"), "reverie");
  }
}
