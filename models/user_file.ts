import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { reasonOf } from "./system_error.ts";

/** The bytes of a file that the user named. Throws a ReverieError that says why it cannot be read. */
export async function readUserFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** What to tell the user of a file that could not be read. */
export function unreadable(path: string, cause: unknown): ReverieError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "it may not be read"
    : reasonOf(cause);
  return new ReverieError("invalid_parameter", line`${{ path }}: ${reason}`, { cause });
}
