/** Every kind of error, with the HTTP status and the exit status that it ends with. */

/** How an error ends a request, and a command: 2 where the user has to change something, 1 where the work failed. */
export interface Outcome {
  status: number;
  exitCode: 1 | 2;
}

/** The outcome of each code. */
export const outcomes = {
  // What was asked for.
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
  // Too much at a time.
  too_many_requests: { status: 429, exitCode: 1 },
  queue_full: { status: 503, exitCode: 1 },
  busy: { status: 503, exitCode: 1 },
  // The machine that dreams.
  disk_full: { status: 507, exitCode: 1 },
  ffmpeg_unusable: { status: 500, exitCode: 2 },
  provider_unusable: { status: 500, exitCode: 2 },
  output_unusable: { status: 500, exitCode: 2 },
  cache_unusable: { status: 500, exitCode: 1 },
  encoding_failed: { status: 500, exitCode: 1 },
  /** Nobody answers, or nothing may be asked. */
  download_unreachable: { status: 500, exitCode: 1 },
  /** The host does not have it. */
  download_refused: { status: 500, exitCode: 1 },
  /** It stopped on the way. */
  download_interrupted: { status: 500, exitCode: 1 },
  /** What came is not what was published, or cannot be used. */
  download_wrong: { status: 500, exitCode: 1 },
  internal: { status: 500, exitCode: 1 },
} as const satisfies Record<string, Outcome>;

/** A word for programs, beside the line for people. */
export type ErrorCode = keyof typeof outcomes;

/** All codes. */
export const errorCodes = Object.keys(outcomes) as [ErrorCode, ...ErrorCode[]];
