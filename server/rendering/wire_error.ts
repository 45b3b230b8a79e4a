/** Errors of the pipeline as errors for clients, and their way from the Worker to the thread that serves. */
import { UserError } from "../../pipeline/errors.ts";
import { type ErrorCode, HttpError, isDiskFull, toHttpError, withoutFolders } from "../errors.ts";
import type { WireError } from "./messages.ts";

/** Paths that no client may read in a message, each with the words that stand for it. */
export type HiddenPaths = Readonly<Record<string, string>>;

/** Readies an error for its way out of the Worker. */
export function toWire(error: unknown, hidden: HiddenPaths = {}): WireError {
  const { code, message, field, cause } = asHttpError(error);
  const stack = stackOf(cause ?? error);
  return {
    code,
    message: withoutPaths(message, hidden),
    ...(field !== undefined && { field }),
    ...(stack !== undefined && { stack }),
  };
}

/** The error as it was in the Worker; its cause has the Worker's stack. */
export function fromWire({ code, message, field, stack }: WireError): HttpError {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return new HttpError(code, message, { cause, ...(field !== undefined && { field }) });
}

function asHttpError(error: unknown): HttpError {
  if (!(error instanceof UserError) || isDiskFull(error)) return toHttpError(error);
  if (error.exitCode === 1) return new HttpError("internal", error.message, { cause: error });
  const field = fieldOf(error.message);
  if (field) return new HttpError("invalid_parameter", withoutFlags(error.message), { field, cause: error });
  return toHttpError(error, codeOf(error.message));
}

/** The setting that a message of the networks complains about. */
function fieldOf(message: string): string | undefined {
  if (/^the weights of RAFT are not here\b/.test(message)) return "flow";
  if (/^--flow-model\b|^the weights of\b/.test(message)) return "flowModel";
  if (/^there is no channel\b/.test(message)) return "channels";
  if (/\blayers?\b/.test(message) && !/execution provider/.test(message)) return "layers";
  if (/lower --flow-size/.test(message)) return "flowSize";
  if (/^--model\b|\bONNX model\b|\bno network is named\b/.test(message)) return "model";
  return undefined;
}

/** In a client's words: it names settings, and no file of the server. */
function withoutFlags(message: string): string {
  return message.replace(/, or name a file with --flow-model$/, "").replace("--flow-size", "flowSize");
}

/** What the machine lacks is no fault of the video. */
function codeOf(message: string): ErrorCode {
  return /execution provider|install ffmpeg|cache folder/.test(message) ? "internal" : "unusable_video";
}

/** A line for clients, who learn of no folder of networks either. */
export function withoutPaths(message: string, hidden: HiddenPaths): string {
  let clean = withoutFolders(message);
  // The longest first, since one may be the beginning of another.
  for (const path of Object.keys(hidden).sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(path, hidden[path]!);
  }
  return clean;
}

function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = error.stack ?? String(error);
  const below = stackOf(error.cause);
  return below === undefined ? own : `${own}\nCaused by: ${below}`;
}
