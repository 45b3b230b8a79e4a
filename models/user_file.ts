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
    return await readWholeFile(path);
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

/**
 * Reads a file into one buffer of its size. `Deno.readFile` grows a buffer instead, which takes three times as long for
 * weights of 100 MB.
 *
 * @throws {Deno.errors.NotFound} and other errors of the system
 */
export async function readWholeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const count = await file.read(bytes.subarray(done));
    if (count === null) return bytes.subarray(0, done);
    done += count;
  }
  // A pipe has no size, and a file may have grown.
  return size === 0 ? new Uint8Array(await new Response(file.readable).arrayBuffer()) : bytes;
}
