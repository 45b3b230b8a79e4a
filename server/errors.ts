/** Errors as clients see them: `{"error": {"code", "message", "field"?}}` with an HTTP status. */
import {
  type ErrorCode,
  isDiskFull,
  type Line,
  nameOf,
  type Remedy,
  ReverieError,
  spelled,
  type Spelling,
  systemCode,
} from "../pipeline/errors.ts";
import { oneLine } from "./uploads/names.ts";

/** The part of an error that a client sees. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The parameter or form field that is wrong. */
  field?: string;
}

/**
 * Wording of messages over HTTP: settings are called by their fields, files only by their names, and remedies
 * are limited to what a client can do remotely.
 */
export const overHttp: Spelling = {
  field: (name, value) => value === undefined ? name : `${name}=${value}`,
  path: nameOf,
  said: () => "ffmpeg reports an error",
  list: (of) => of === "networks" ? "/api/networks" : "/api/settings",
  remedy,
};

const sources = {
  any: "upload a video",
  itself: "upload the video file itself",
  whole: "upload the whole file",
  another: "upload another file",
} as const;

function remedy(remedy: Remedy): string | undefined {
  switch (remedy.remedy) {
    case "fetch":
      return `ask whoever runs the server to fetch them with "models pull ${remedy.network}"`;
    case "retry":
      return `whoever runs the server can try again: POST /api/networks/${remedy.network}/fetch`;
    case "add":
      return 'whoever runs the server can add a file of it with "models add FILE"';
    case "place":
      return `whoever runs the server can fetch ${remedy.url} and put it into the cache folder`;
    case "provider":
      return `whoever runs the server can start it with --provider ${remedy.provider}`;
    case "doctor":
      return "do there what the doctor command says";
    case "give":
      return sources[remedy.source];
    case "installFfmpeg":
    case "nameFile":
    case "show":
      return undefined;
  }
}

/** Formats a line for clients, without any path on the server. */
export function clientLine(line: Line): string {
  return oneLine(spelled(line, overHttp) ?? "");
}

/**
 * Returns the part of an error that the client sees, without stack or cause. A defect reveals only that it
 * happened.
 */
export function bodyOf(error: unknown): ErrorBody {
  const known = asReverieError(error);
  const { code, field } = known;
  return {
    code,
    message: oneLine(known.told(overHttp)),
    ...(field !== undefined && { field: oneLine(field) }),
  };
}

/**
 * Turns any error into a ReverieError for the client. A full disk becomes `disk_full`; any other error that
 * is not meant for users becomes `internal`.
 */
export function asReverieError(error: unknown): ReverieError {
  if (error instanceof ReverieError) return error;
  if (isDiskFull(error) || isDatabaseFull(error)) {
    const wrong = "the server's disk is full";
    return new ReverieError("disk_full", wrong, {
      advice: ["delete old dreams and try again"],
      cause: error,
    });
  }
  if (isOutOfDescriptors(error)) {
    const wrong = "the server has too many open files and connections: try again later";
    return new ReverieError("busy", wrong, { retryAfter: 10, cause: error });
  }
  if (isFileGone(error)) {
    const wrong = "a file or folder of the server is gone or closed to it: its log says which";
    return new ReverieError("output_unusable", wrong, { cause: error });
  }
  return new ReverieError("internal", "the server failed; its log says more", { cause: error });
}

/** Whether an error says that something in the data folder was removed or cannot be used any more. */
function isFileGone(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS"].includes(systemCode(error) ?? "");
}

/** Whether an error, of Deno or of Node's interface, says that no file descriptor is left. */
function isOutOfDescriptors(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === "EMFILE" || code === "ENFILE" ||
    typeof message === "string" && /\(os error (23|24)\)/.test(message);
}

/**
 * Whether SQLite found the disk full. Only its message identifies this error: Deno uses one code for all SQLite
 * errors.
 */
export function isDatabaseFull(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === "ERR_SQLITE_ERROR" && message === "database or disk is full";
}
