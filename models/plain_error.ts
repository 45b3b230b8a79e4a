/** Passes errors between threads as plain objects, since structured cloning loses their class. */
import { ReverieError, type ReverieErrorOptions } from "./errors.ts";
import { systemCode } from "./system_error.ts";
import type { ErrorCode } from "./error_codes.ts";
import type { Line } from "./line.ts";

/** An error and its causes, as an object that can be cloned. */
export interface PlainError {
  name: string;
  message: string;
  stack: string | undefined;
  /** The code of an error of the operating system, such as `ENOSPC`. */
  code?: string;
  cause?: PlainError;
  /** The arguments of a {@link ReverieError}. */
  told?: { code: ErrorCode; wrong: Line; options: Omit<ReverieErrorOptions, "cause"> };
}

/** An error as a plain object. */
export function toPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined };
  const { name, message, stack } = error;
  const plain: PlainError = { name, message, stack };
  if (error.cause !== undefined) plain.cause = toPlain(error.cause);
  if (error instanceof ReverieError) {
    const { code, wrong, advice, field, reason, retryAfter } = error;
    plain.told = { code, wrong, options: { advice, field, reason, retryAfter } };
  } else {
    const code = systemCode(error);
    if (code !== undefined) plain.code = code;
  }
  return plain;
}

/** JavaScript's own classes of errors, by name. */
const builtIn = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((one) => [one.name, one]),
);

/** The error that a plain object was made from. */
export function fromPlain({ name, message, stack, code, cause: below, told }: PlainError): Error {
  const cause = below && { cause: fromPlain(below) };
  const error = told
    ? new ReverieError(told.code, told.wrong, { ...told.options, ...cause })
    : Object.assign(new (builtIn.get(name) ?? Error)(message, cause), {
      name,
      ...(code !== undefined && { code }),
    });
  if (stack !== undefined) error.stack = stack;
  return error;
}
