import { ReverieError } from "../../models/errors.ts";
import { InterruptedError } from "../run/interrupted.ts";
import { commandLine } from "./spelling.ts";

/** How a failed command ends. */
export interface Failure {
  /** One line, without the program's name. */
  message: string;
  /** 1 failed, 2 wrong usage or unusable input, 130 interrupted. */
  exitCode: 1 | 2 | 130;
  /** The stack with all causes, for `--verbose`. */
  stack: string;
}

/**
 * How a command that threw this error ends. If the error is not meant for users, the message points to
 * `--verbose`.
 */
export function failureOf(error: unknown): Failure {
  const stack = stackOf(error);
  if (error instanceof ReverieError) {
    return { message: oneLine(error.told(commandLine)), exitCode: error.exitCode, stack };
  }
  if (error instanceof InterruptedError) return { message: oneLine(error.message), exitCode: 130, stack };
  if (error instanceof Error && error.name === "AbortError") {
    return { message: "interrupted", exitCode: 130, stack };
  }
  const message = oneLine(error instanceof Error ? error.message || error.name : String(error));
  return { message: `${message} (unexpected; --verbose shows where)`, exitCode: 1, stack };
}

function oneLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").join(" ");
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? stack : `${stack}\ncaused by ${stackOf(error.cause)}`;
}
