/** Errors as they reach a client: `{"error": {"code", "message", "field"?}}` with a status. */
import { join } from "node:path";
import { UserError } from "../pipeline/errors.ts";
import { networkFolders } from "../pipeline/networks.ts";

/** A word for programs, beside the line for people. */
export type ErrorCode =
  | "invalid_parameter"
  | "invalid_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "length_required"
  | "too_large"
  | "not_a_video"
  | "unusable_video"
  | "too_many_requests"
  | "queue_full"
  | "busy"
  | "disk_full"
  | "internal";

/** The status of each code. */
export const statusOf = {
  invalid_parameter: 400,
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  length_required: 411,
  too_large: 413,
  not_a_video: 415,
  unusable_video: 422,
  too_many_requests: 429,
  queue_full: 503,
  busy: 503,
  disk_full: 507,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** What a client gets to see of an error. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  /** The parameter or form field that is wrong. */
  field?: string;
}

/** Options of {@link HttpError}. */
export interface HttpErrorOptions {
  field?: string;
  /** Seconds after which it is worth trying again, for the header Retry-After. */
  retryAfter?: number;
  cause?: unknown;
}

/** An error with a status, whose message says in one line what to do. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.retryAfter = options.retryAfter;
  }

  get status(): (typeof statusOf)[ErrorCode] {
    return statusOf[this.code];
  }

  /** What the client gets, without stack or cause. */
  get body(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.field !== undefined && { field: this.field }) };
  }
}

/**
 * Any error as one for the client. A UserError keeps its line, under the code that fits where it was thrown; a full
 * disk is told as such; whatever else is a defect, of which the client learns nothing but that it happened.
 */
export function toHttpError(error: unknown, code: ErrorCode = "invalid_request"): HttpError {
  if (error instanceof HttpError) return error;
  if (isDiskFull(error)) {
    return new HttpError("disk_full", "the server's disk is full: delete old dreams and try again", {
      cause: error,
    });
  }
  if (error instanceof UserError) return new HttpError(code, withoutFolders(error.message), { cause: error });
  return new HttpError("internal", "the server failed; its log says more", { cause: error });
}

/** A line without the folders that networks are read from: where they are is nothing for clients. */
export function withoutFolders(message: string): string {
  // With the slash at its end, so that a folder named by a word leaves that word alone.
  return networkFolders().reduce((line, folder) => line.replaceAll(join(folder, "/"), ""), message);
}

/** Whether an error says that there is no room left to write to. */
export function isDiskFull(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === "ENOSPC" ||
    /no space left on device|disk quota exceeded|disk is full/i.test(String(message));
}
