/** Networks whose hosts could not be reached, so that not every start waits for them again. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache.ts";

/** How long a failure counts, in milliseconds: a day. */
const validMs = 24 * 3600 * 1000;

function noteOf(name: string): string {
  return join(cacheFolder(), "networks", `${name}.out-of-reach`);
}

/** Whether the network could not be reached within the last day. */
export function isOutOfReach(name: string, now = Date.now()): boolean {
  const note = statSync(noteOf(name), { throwIfNoEntry: false });
  return note !== undefined && Math.abs(now - note.mtimeMs) < validMs;
}

/** Notes that the network cannot be reached. Where even the note cannot be written, the next start tries again. */
export async function rememberOutOfReach(name: string): Promise<void> {
  const note = noteOf(name);
  try {
    await Deno.mkdir(dirname(note), { recursive: true });
    await Deno.writeTextFile(note, "");
    await Deno.utime(note, new Date(), new Date());
  } catch {
    // A folder that cannot be written to is told of where something is to be stored in it.
  }
}

/** The next start tries again. */
export async function forgetOutOfReach(name: string): Promise<void> {
  await Deno.remove(noteOf(name)).catch(() => {});
}
