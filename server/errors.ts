/** Errors as they reach a client: `{"error": {"code", "message", "field"?}}` with a status. */
import {
  type ErrorCode,
  isDiskFull,
  type Line,
  nameOf,
  type Remedy,
  ReverieError,
  spelled,
  type Spelling,
} from "../pipeline/errors.ts";
import { oneLine } from "./uploads/names.ts";

/** What a client gets to see of an error. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The parameter or form field that is wrong. */
  field?: string;
}

/** How HTTP spells: settings are fields, files are told by their names alone, remedies are what can be done from afar. */
export const overHttp: Spelling = {
  field: (name, value) => value === undefined ? name : `${name}=${value}`,
  path: nameOf,
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

/** A line for clients, without a path of the server. */
export function clientLine(line: Line): string {
  return oneLine(spelled(line, overHttp) ?? "");
}

/** What the client gets of an error, without stack or cause; of a defect nothing but that it happened. */
export function bodyOf(error: unknown): ErrorBody {
  const known = asReverieError(error);
  const { code, field } = known;
  return {
    code,
    message: oneLine(known.told(overHttp)),
    ...(field !== undefined && { field: oneLine(field) }),
  };
}

/** Any error as one for the client; a full disk is told as such, whatever else is not meant for users is a defect. */
export function asReverieError(error: unknown): ReverieError {
  if (error instanceof ReverieError) return error;
  if (isDiskFull(error) || isDatabaseFull(error)) {
    const wrong = "the server's disk is full";
    return new ReverieError("disk_full", wrong, {
      advice: ["delete old dreams and try again"],
      cause: error,
    });
  }
  return new ReverieError("internal", "the server failed; its log says more", { cause: error });
}

/** SQLite tells by its message alone: Deno gives all its errors one code. */
function isDatabaseFull(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === "ERR_SQLITE_ERROR" && message === "database or disk is full";
}
