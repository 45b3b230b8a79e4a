import { UserError } from "../../models/errors.ts";

/**
 * Makes sure that a path leads to a file with something in it that may be read.
 *
 * @throws {UserError} when it does not.
 */
export async function checkReadable(path: string): Promise<void> {
  let status: Deno.FileInfo;
  try {
    status = await Deno.stat(path);
    if (status.isFile) (await Deno.open(path)).close();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw new UserError(`${path} is not there: check the path`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
      throw new UserError(`${path} may not be read: change its permissions`, { cause });
    }
    throw new UserError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (status.isDirectory) throw new UserError(`${path} is a folder: give a video or picture file`);
  if (!status.isFile) throw new UserError(`${path} is not a regular file: give a video or picture file`);
  if (status.size === 0) throw new UserError(`${path} is empty: give a video or picture file`);
}

/** Why ffprobe would not read a file, as an error for the user. */
export async function refusal(path: string, cause: unknown): Promise<UserError> {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/not on whitelist|whitelist|Operation not permitted|unsafe file name/i.test(text)) {
    return new UserError(
      `${path} is a playlist or of another kind that is not read: give the video file itself`,
      { cause },
    );
  }
  if (/moov atom not found/.test(text) && await startsLikeMp4(path)) {
    return new UserError(`${path} is cut off (its index is missing): get the whole file`, { cause });
  }
  if (/moov atom not found|Invalid data found|Invalid argument|End of file/.test(text)) {
    return new UserError(`${path} is not a video or picture, or it is broken: give another file`, { cause });
  }
  // The static ffprobe from npm does so with MPEG transport streams.
  if (/killed with signal/.test(text)) {
    return new UserError(
      `ffprobe crashes on ${path}: install ffmpeg of your own (it is found on PATH), or convert the file`,
      {
        cause,
      },
    );
  }
  const last = text.trim().split("\n").at(-1) ?? "unknown error";
  return new UserError(`${path} cannot be read as a video or picture: ${last}`, { cause });
}

/** A file of the MP4 family begins with one of these boxes; ffmpeg goes by the name and calls any text cut off. */
async function startsLikeMp4(path: string): Promise<boolean> {
  const file = await Deno.open(path);
  try {
    const head = new Uint8Array(8);
    await file.read(head);
    return /^(ftyp|moov|mdat|free|skip|wide|moof|styp|pnot)$/.test(
      new TextDecoder().decode(head.subarray(4)),
    );
  } finally {
    file.close();
  }
}
