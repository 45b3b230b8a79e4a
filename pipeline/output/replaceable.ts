/** Decides whether an output may take the place of what is at its path. */
import { dirname, resolve } from "node:path";
import { line } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import { isMadeHere } from "./made_here.ts";
import { unusable } from "./obstacles.ts";
import { ownStatusOf, statusOf } from "./same_file.ts";

/**
 * Checks that an output can get its name in the end: the name is free, or belongs to an empty file or one that
 * Reverie made and the user has not protected.
 *
 * @throws {ReverieError} with one line that says what to do
 */
export async function checkReplaceable(path: string): Promise<void> {
  const file = { path };
  const another = ["give another name for the output"];
  const status = await ownStatusOf(path);
  if (!status) return;
  if (status.isDirectory || (await statusOf(path))?.isDirectory) {
    throw unusable(line`${file} is a folder`, ["give the name of a file"]);
  }
  if (status.isSymlink) {
    throw unusable(line`${file} is a link to another file`, ["give the name of that file", ...another]);
  }
  if (!status.isFile) throw unusable(line`${file} is not a regular file`, another);
  if (status.size > 0 && !await isMadeHere(path)) {
    throw unusable(line`${file} is there already, and Reverie did not make it`, ["move it away", ...another]);
  }
  const obstacle = await obstacleTo(path, status);
  if (obstacle !== undefined) throw unusable(line`${file} cannot be replaced: ${obstacle}`, another);
}

/** Why the system or the user would not have a file replaced, in a few words. */
async function obstacleTo(path: string, { mode, uid }: Deno.FileInfo): Promise<string | undefined> {
  // The superuser could write to it all the same.
  if (mode !== null && (mode & 0o222) === 0) return "it is write-protected";
  try {
    (await Deno.open(path, { write: true })).close();
  } catch (cause) {
    return reasonOf(cause);
  }
  const folder = await statusOf(dirname(resolve(path)));
  const sticky = folder?.mode != null && (folder.mode & 0o1000) !== 0;
  const user = Deno.uid();
  if (sticky && user !== null && ![0, uid, folder.uid].includes(user)) return "it is another user's";
  return await isMountPoint(path) ? "it is mounted there by itself" : undefined;
}

async function isMountPoint(path: string): Promise<boolean> {
  try {
    const real = await Deno.realPath(path);
    const mounts = await Deno.readTextFile("/proc/self/mountinfo");
    return mounts.split("\n").some((mount) => unescaped(mount.split(" ")[4] ?? "") === real);
  } catch {
    return false;
  }
}

/** Undoes the octal escapes of /proc for blanks and backslashes. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}
