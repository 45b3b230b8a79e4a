/** Errors that are meant for users, re-exported for the layers above the pipeline. */
export { type ErrorCode, errorCodes, outcomes } from "../models/error_codes.ts";
export { invalidParameter, ReverieError, type ReverieErrorOptions, wrongUsage } from "../models/errors.ts";
export {
  type Line,
  line,
  nameOf,
  type PathNames,
  plain,
  type Remedy,
  renamed,
  spelled,
  type Spelling,
} from "../models/line.ts";
export { fromPlain, type PlainError, toPlain } from "../models/plain_error.ts";
export { isDiskFull, reasonOf, systemCode } from "../models/system_error.ts";
