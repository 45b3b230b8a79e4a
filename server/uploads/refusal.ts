/** Why an upload is not taken, in words for whoever sent it. */
import { UserError } from "../../pipeline/errors.ts";
import { type ErrorCode, HttpError } from "../errors.ts";
import { oneLine, quoted } from "./names.ts";

/** What the pipeline says of a file, and what that means for an upload. The first that fits counts. */
const refusals: readonly [told: RegExp, code: ErrorCode, message: (name: string) => string][] = [
  [/is empty/, "not_a_video", (name) => `${name} is empty: upload a video`],
  [
    /is a playlist/,
    "not_a_video",
    (name) => `${name} is a playlist or of another kind that is not read: upload the video file itself`,
  ],
  [/has sound but no picture/, "not_a_video", (name) => `${name} has sound but no picture: upload a video`],
  [/has no picture/, "not_a_video", (name) => `${name} has no picture: upload a video`],
  [
    /is not a video or picture/,
    "not_a_video",
    (name) => `${name} is not a video, or it is broken: upload another file`,
  ],
  [
    /is cut off/,
    "unusable_video",
    (name) => `${name} is cut off (its index is missing): upload the whole file`,
  ],
  [/ffprobe crashes/, "unusable_video", (name) => `${name} cannot be read here: convert it to MP4`],
];

/** What the pipeline says of a file, for the client: it calls the file by its name and never tells where it lies. */
export function refusalOf(error: unknown, file: string, name: string): unknown {
  if (!(error instanceof UserError)) return error;
  const told = error.message.replaceAll(file, quoted(name));
  const known = refusals.find(([pattern]) => pattern.test(error.message.replaceAll(file, "it")));
  if (known) return new HttpError(known[1], known[2](quoted(name)), { cause: error });
  return new HttpError("unusable_video", oneLine(told), { cause: error });
}
