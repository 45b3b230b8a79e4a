import { UserError } from "./errors.ts";

/**
 * Why a download failed: nobody answers (`unreachable`, also where nothing may be asked), the server has it not
 * (`refused`), it stopped on the way (`interrupted`), or what came is not what was published or cannot be used
 * (`wrong`).
 */
export type DownloadFailure = "unreachable" | "refused" | "interrupted" | "wrong";

/** What is known of a download that failed. */
export interface DownloadErrorOptions {
  failure: DownloadFailure;
  /** The part of the message that says why, without advice: for a line about several sources. */
  reason: string;
  cause?: unknown;
}

/** A download that failed. The message is a whole line for the user. */
export class DownloadError extends UserError {
  readonly failure: DownloadFailure;
  readonly reason: string;

  constructor(message: string, { failure, reason, cause }: DownloadErrorOptions) {
    super(message, { exitCode: 1, cause });
    this.failure = failure;
    this.reason = reason;
  }
}

/** Whether an error says that no server could be reached, so that the same may work with another connection. */
export function isUnreachable(error: unknown): error is DownloadError {
  return error instanceof DownloadError && error.failure === "unreachable";
}
