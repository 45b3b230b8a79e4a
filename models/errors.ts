import { type ErrorCode, type Outcome, outcomes } from "./error_codes.ts";
import {
  type Line,
  line,
  partsOf,
  type PathNames,
  plainSpelling,
  renamed,
  spelled,
  type Spelling,
} from "./line.ts";

/** Options of {@link ReverieError}. */
export interface ReverieErrorOptions {
  /** What the user can do; the entries are alternatives. */
  advice?: readonly Line[];
  /** The setting that is wrong. Default: the first one that `wrong` names. */
  field?: string | undefined;
  /** The cause in a few words, for a message about several errors. Default: `wrong`. */
  reason?: Line;
  /** Seconds to wait before trying again. */
  retryAfter?: number | undefined;
  /** The underlying error, for the log and `--verbose`. */
  cause?: unknown;
}

/**
 * An error for the user. It holds what is wrong and what to do as data, which each edge (command line, HTTP) puts into
 * words. Any other error that is thrown is a bug in the program.
 */
export class ReverieError extends Error {
  override readonly name = "ReverieError";
  readonly code: ErrorCode;
  readonly wrong: Line;
  readonly advice: readonly Line[];
  readonly field: string | undefined;
  readonly reason: Line;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, wrong: Line, options: ReverieErrorOptions = {}) {
    const { advice = [], field, reason = wrong, retryAfter, cause } = options;
    super(told(wrong, advice, plainSpelling), cause === undefined ? undefined : { cause });
    this.code = code;
    this.wrong = wrong;
    this.advice = advice;
    this.field = field ?? firstWord(wrong, "field");
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** The file that the error is about. Never sent to clients. */
  get path(): string | undefined {
    return firstWord(this.wrong, "path");
  }

  /** HTTP status. */
  get status(): (typeof outcomes)[ErrorCode]["status"] {
    return outcomes[this.code].status;
  }

  /** Exit status of a command. */
  get exitCode(): Outcome["exitCode"] {
    return outcomes[this.code].exitCode;
  }

  /** The whole message in an edge's words: what is wrong, and what the user can do about it there. */
  told(spelling: Spelling): string {
    return told(this.wrong, this.advice, spelling);
  }

  /** The same error with more context: `prefix` goes before its message, `field` is the setting that it is about. */
  within(prefix: Line, field = this.field): ReverieError {
    const { code, wrong, advice, retryAfter } = this;
    return new ReverieError(code, line`${prefix}${wrong}`, { advice, field, retryAfter, cause: this });
  }

  /** The same error with files called by names instead of paths. */
  renamed(names: PathNames): ReverieError {
    const { code, advice, field, reason, retryAfter, cause, stack } = this;
    const error = new ReverieError(code, renamed(this.wrong, names), {
      advice: advice.map((one) => renamed(one, names)),
      reason: renamed(reason, names),
      ...{ field, retryAfter, cause },
    });
    if (stack !== undefined) error.stack = stack;
    return error;
  }
}

/** The error for wrong usage of a command, in the words of the command line. */
export function wrongUsage(wrong: Line, options: Pick<ReverieErrorOptions, "cause"> = {}): ReverieError {
  return new ReverieError("invalid_request", wrong, options);
}

/** The error for an invalid value of a setting. */
export function invalidParameter(
  field: string,
  wrong: Line,
  options: Omit<ReverieErrorOptions, "field"> = {},
): ReverieError {
  return new ReverieError("invalid_parameter", wrong, { ...options, field });
}

function told(wrong: Line, advice: readonly Line[], spelling: Spelling): string {
  const alternatives = advice.map((one) => spelled(one, spelling)).filter((one) => one !== undefined);
  const said = spelled(wrong, spelling) ?? "";
  if (alternatives.length === 0) return said;
  // A colon introduces the advice, unless the sentence already has punctuation of its own.
  const hasMarks = partsOf(wrong).some((part) => typeof part === "string" && /[,:;(]/.test(part));
  return `${said}${hasMarks ? ";" : ":"} ${alternatives.join(", or ")}`;
}

function firstWord(line: Line, key: "field" | "path"): string | undefined {
  const word = partsOf(line).find((part) => typeof part === "object" && key in part && !("remedy" in part));
  return (word as Record<string, string> | undefined)?.[key];
}
