import type { ErrorCode } from "../../../pipeline/errors.ts";

/** Errors that an upload may cause. */
export const uploadErrors: readonly ErrorCode[] = [
  "invalid_parameter",
  "invalid_request",
  "length_required",
  "too_large",
  "not_a_video",
  "unusable_video",
  "queue_full",
  "disk_full",
];
