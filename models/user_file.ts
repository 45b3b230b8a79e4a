import { UserError } from "./errors.ts";

/** The bytes of a file that the user named. Throws a UserError that says why it cannot be read. */
export async function readUserFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** What to tell the user of a file that could not be read. */
export function unreadable(path: string, cause: unknown): UserError {
  const reason = cause instanceof Deno.errors.NotFound
    ? "there is no such file"
    : cause instanceof Deno.errors.PermissionDenied
    ? "it may not be read"
    : (cause as Error).message;
  return new UserError(`${path}: ${reason}`, { cause });
}
