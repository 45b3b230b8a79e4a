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
  /** What to do: one thing, or the other. */
  advice?: readonly Line[];
  /** The setting that is wrong. Default: the first that the line names. */
  field?: string | undefined;
  /** Why, in a few words, for a line that is about several errors. Default: what is wrong. */
  reason?: Line;
  /** Seconds after which it is worth trying again. */
  retryAfter?: number | undefined;
  /** The error underneath, for the log and `--verbose`. */
  cause?: unknown;
}

/**
 * An error that is meant for the user. It says what is wrong and what to do as data, which the edges (command line,
 * HTTP) spell. Everything else that is thrown is a defect of the program.
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

  /** The file that it is about. Never told to clients. */
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

  /** The whole line as an edge spells it: what is wrong, and what can be done about it there. */
  told(spelling: Spelling): string {
    return told(this.wrong, this.advice, spelling);
  }

  /** The same error, of which something more is known: what comes before its line, and the setting that it is about. */
  within(prefix: Line, field = this.field): ReverieError {
    const { code, wrong, advice, retryAfter } = this;
    return new ReverieError(code, line`${prefix}${wrong}`, { advice, field, retryAfter, cause: this });
  }

  /** The same error, with files called by names instead of paths. */
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

/** The error of a command that is not used as it should be, in the words of the command line. */
export function wrongUsage(wrong: Line, options: Pick<ReverieErrorOptions, "cause"> = {}): ReverieError {
  return new ReverieError("invalid_request", wrong, options);
}

/** The error of a setting that cannot be used as it is. */
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
  // A colon leads over to advice, unless the sentence has marks of its own.
  const hasMarks = partsOf(wrong).some((part) => typeof part === "string" && /[,:;(]/.test(part));
  return `${said}${hasMarks ? ";" : ":"} ${alternatives.join(", or ")}`;
}

function firstWord(line: Line, key: "field" | "path"): string | undefined {
  const word = partsOf(line).find((part) => typeof part === "object" && key in part && !("remedy" in part));
  return (word as Record<string, string> | undefined)?.[key];
}
