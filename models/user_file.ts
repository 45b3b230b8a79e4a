import { UserError } from "./errors.ts";

/** The bytes of a file that the user named. Throws a UserError that says why it cannot be read. */
export async function readUserFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : cause instanceof Deno.errors.PermissionDenied
      ? "it may not be read"
      : (cause as Error).message;
    throw new UserError(`${path}: ${reason}`, { cause });
  }
}
