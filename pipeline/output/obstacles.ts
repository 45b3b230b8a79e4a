/** Says why an output cannot be written and what to do about it. */
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";
import { isDiskFull, reasonOf, systemCode } from "../../models/system_error.ts";

/** The error for an output that cannot be used. */
export function unusable(wrong: Line, advice: readonly Line[], cause?: unknown): ReverieError {
  return new ReverieError(isDiskFull(cause) ? "disk_full" : "output_unusable", wrong, { advice, cause });
}

/** Reasons and advice by system error code. */
const obstacles: Readonly<Record<string, [reason: string, advice: string]>> = {
  ENOENT: ["its folder is not there", "make it first"],
  EACCES: ["its folder is not open to you", "choose another"],
  EINVAL: ["the file system does not take such a name", "give another"],
  ENAMETOOLONG: ["its name is too long", "give a shorter one"],
  ENOSPC: ["the disk is full", "make room first"],
  ENOTDIR: ["it is not in a folder", "choose another"],
  EROFS: ["its folder is read-only", "choose another"],
};

/** The error for a file or folder that the system refuses to write. */
export function cannotWrite(what: Line, cause: unknown): ReverieError {
  const [reason, ...advice] = obstacles[systemCode(cause) ?? ""] ?? [reasonOf(cause)];
  return unusable(line`${what}: ${reason}`, advice, cause);
}
