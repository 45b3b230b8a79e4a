/** Every kind of error, with its HTTP status and exit status. */

/** HTTP status and exit status of an error. Exit status 2: the user has to change something; 1: the work failed. */
export interface Outcome {
  status: number;
  exitCode: 1 | 2;
}

/** The outcome of each code. */
export const outcomes = {
  // The request.
  invalid_parameter: { status: 400, exitCode: 2 },
  invalid_request: { status: 400, exitCode: 2 },
  unauthorized: { status: 401, exitCode: 2 },
  forbidden: { status: 403, exitCode: 2 },
  not_found: { status: 404, exitCode: 2 },
  method_not_allowed: { status: 405, exitCode: 2 },
  conflict: { status: 409, exitCode: 2 },
  length_required: { status: 411, exitCode: 2 },
  too_large: { status: 413, exitCode: 2 },
  // The source.
  not_a_video: { status: 415, exitCode: 2 },
  unusable_video: { status: 422, exitCode: 2 },
  source_unreadable: { status: 500, exitCode: 2 },
  // Too much at once.
  too_many_requests: { status: 429, exitCode: 1 },
  queue_full: { status: 503, exitCode: 1 },
  busy: { status: 503, exitCode: 1 },
  // The machine that Reverie runs on.
  disk_full: { status: 507, exitCode: 1 },
  ffmpeg_unusable: { status: 500, exitCode: 2 },
  /** Something killed ffmpeg: a person, or the system when memory is short. */
  ffmpeg_killed: { status: 500, exitCode: 1 },
  provider_unusable: { status: 500, exitCode: 2 },
  output_unusable: { status: 500, exitCode: 2 },
  cache_unusable: { status: 500, exitCode: 1 },
  encoding_failed: { status: 500, exitCode: 1 },
  /** No server answers, or Reverie is offline. */
  download_unreachable: { status: 500, exitCode: 1 },
  /** The server answered, but refuses the download. */
  download_refused: { status: 500, exitCode: 1 },
  /** The connection broke off. */
  download_interrupted: { status: 500, exitCode: 1 },
  /** The file is not the published one, or cannot be used. */
  download_wrong: { status: 500, exitCode: 1 },
  internal: { status: 500, exitCode: 1 },
} as const satisfies Record<string, Outcome>;

/** Identifies a kind of error to programs; the message is for people. */
export type ErrorCode = keyof typeof outcomes;

/** All codes. */
export const errorCodes = Object.keys(outcomes) as [ErrorCode, ...ErrorCode[]];
