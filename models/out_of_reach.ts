/** Remembers networks whose hosts could not be reached, so that not every start waits for them again. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache.ts";

/** How long a failure is remembered, in milliseconds: one day. */
const validMs = 24 * 3600 * 1000;

function noteOf(name: string): string {
  return join(cacheFolder(), "networks", `${name}.out-of-reach`);
}

/** Whether the network could not be reached within the last day. */
export function isOutOfReach(name: string, now = Date.now()): boolean {
  const note = statSync(noteOf(name), { throwIfNoEntry: false });
  return note !== undefined && Math.abs(now - note.mtimeMs) < validMs;
}

/** Remembers that the network cannot be reached. If the note cannot be written, the next start tries again. */
export async function rememberOutOfReach(name: string): Promise<void> {
  const note = noteOf(name);
  try {
    await Deno.mkdir(dirname(note), { recursive: true });
    await Deno.writeTextFile(note, "");
    await Deno.utime(note, new Date(), new Date());
  } catch {
    // An unwritable folder is reported when a network is stored in it.
  }
}

/** Forgets that the network could not be reached: the next start tries again. */
export async function forgetOutOfReach(name: string): Promise<void> {
  await Deno.remove(noteOf(name)).catch(() => {});
}
