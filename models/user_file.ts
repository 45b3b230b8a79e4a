import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { reasonOf } from "./system_error.ts";

/**
 * Reads a file that the user named.
 *
 * @throws {ReverieError} if it cannot be read; the message says why.
 */
export async function readUserFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The error for a file of the user that could not be read. */
export function unreadable(path: string, cause: unknown): ReverieError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "it may not be read"
    : reasonOf(cause);
  return new ReverieError("invalid_parameter", line`${{ path }}: ${reason}`, { cause });
}
