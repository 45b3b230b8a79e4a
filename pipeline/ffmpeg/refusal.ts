import type { ErrorCode } from "../../models/error_codes.ts";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line, type Remedy, saidBy } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import { readHead } from "./read_head.ts";
import type { Signature } from "../pictures/signature.ts";

/**
 * Checks that a path leads to a file that is readable and not empty.
 *
 * @throws {ReverieError} if it does not
 */
export async function checkReadable(path: string): Promise<void> {
  let status: Deno.FileInfo;
  try {
    status = await Deno.stat(path);
    if (status.isFile) (await Deno.open(path)).close();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) {
      throw new ReverieError("not_found", line`${{ path }} is not there`, {
        // The runtime replaces what is not UTF-8 on a command line.
        advice: path.includes("\ufffd") ? ["give it a name in UTF-8"] : ["check the path"],
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
      throw new ReverieError("source_unreadable", line`${{ path }} may not be read`, {
        advice: ["change its permissions"],
        cause,
      });
    }
    throw new ReverieError("source_unreadable", line`${{ path }} cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
  const refuse = (what: string) => {
    throw giveAnother("not_a_video", line`${{ path }} is ${what}`, "any");
  };
  if (status.isDirectory) refuse("a folder");
  if (!status.isFile) refuse("not a regular file");
  if (status.size === 0) refuse("empty");
}

function giveAnother(
  code: ErrorCode,
  wrong: Line,
  source: (Remedy & { remedy: "give" })["source"],
  cause?: unknown,
): ReverieError {
  return new ReverieError(code, wrong, { advice: [[{ remedy: "give", source }]], cause });
}

/**
 * Refuses files that are known not to be read, before ffprobe takes them for something else.
 *
 * @throws {ReverieError} if the file is one of them
 */
export function refuseUnread(path: string, signature: Signature): void {
  if (signature.is !== "unread") return;
  const { what, instead } = signature;
  const advice: Line = instead ? `save it as ${instead}` : [{ remedy: "give", source: "any" }];
  throw new ReverieError("not_a_video", line`${{ path }} is ${what}, which is not read`, {
    advice: [advice],
  });
}

/**
 * The error for a file that ffprobe refuses to read. ffprobe gives its reason only in prose, which is
 * classified here and nowhere else.
 */
export async function refusal(path: string, cause: unknown, signature: Signature): Promise<ReverieError> {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/not on whitelist|whitelist|Operation not permitted|unsafe file name/i.test(text)) {
    const wrong = line`${{ path }} is a playlist or of another kind that is not read`;
    return giveAnother("not_a_video", wrong, "itself", cause);
  }
  if (signature.is === "text") {
    return giveAnother("not_a_video", line`${{ path }} is a text, not a video or picture`, "any", cause);
  }
  if (signature.is === "picture") return brokenPicture(path, signature, cause);
  if (/moov atom not found/.test(text) && await startsLikeMp4(path)) {
    const wrong = line`${{ path }} is cut off (its index is missing)`;
    return giveAnother("unusable_video", wrong, "whole", cause);
  }
  if (/moov atom not found|Invalid data found|Invalid argument|End of file/.test(text)) {
    const wrong = line`${{ path }} is not a video or picture, or it is broken`;
    return giveAnother("not_a_video", wrong, "another", cause);
  }
  // The static ffprobe from npm crashes on MPEG transport streams.
  if (/killed with signal/.test(text)) {
    return new ReverieError("unusable_video", line`ffprobe crashes on ${{ path }}`, {
      advice: [[{ remedy: "installFfmpeg" }], "convert the file"],
      cause,
    });
  }
  const last = text.trim().split("\n").at(-1) ?? "unknown error";
  const reason = saidBy(last, [path]);
  return new ReverieError(
    "unusable_video",
    line`${{ path }} cannot be read as a video or picture: ${reason}`,
    {
      cause,
    },
  );
}

/** The error for a picture of a known format that nothing here can read. */
export function brokenPicture(
  path: string,
  { format }: Extract<Signature, { is: "picture" }>,
  cause?: unknown,
): ReverieError {
  const [wrong, advice]: [Line, Line] = format === "heif"
    ? [line`${{ path }} is a HEIC picture, which this machine cannot read`, "save it as JPEG"]
    : [line`${{ path }} is a ${format.toUpperCase()} picture that is broken`, [{
      remedy: "give",
      source: "whole",
    }]];
  return new ReverieError("unusable_video", wrong, { advice: [advice], cause });
}

/**
 * Whether a file begins with one of the boxes of the MP4 family. ffmpeg goes by the file name and reports any
 * text with such a name as cut off.
 */
async function startsLikeMp4(path: string): Promise<boolean> {
  const kind = new TextDecoder().decode((await readHead(path, 8)).subarray(4));
  return /^(ftyp|moov|mdat|free|skip|wide|moof|styp|pnot)$/.test(kind);
}
