/** Options of {@link UserError}. */
export interface UserErrorOptions {
  /** Exit status of the command line: 2 for wrong usage or unusable input (the default), 1 for a failure on the way. */
  exitCode?: 1 | 2;
  /** The error underneath, shown only with `--verbose`. */
  cause?: unknown;
}

/**
 * An error whose message is meant for the user: one line that names the file or option and says what to do.
 * Everything else that is thrown is a defect of the program.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: 1 | 2;

  constructor(message: string, options: UserErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}
