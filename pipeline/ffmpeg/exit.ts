import { deadline } from "../../models/deadline.ts";

/** How long the news of an interruption may take to come round to the signal, in milliseconds. */
const timeoutMs = 500;

/**
 * Why a process that a signal ended was ended. Ctrl-C in a terminal reaches ffmpeg as well as this program, and ffmpeg
 * may be the first to act on it: the abort signal gets a moment to follow.
 */
export async function interruption(signal: AbortSignal | undefined): Promise<unknown> {
  if (signal) await deadline(new Promise(() => {}), { timeoutMs, signal }).catch(() => {});
  return signal?.aborted ? signal.reason : new DOMException("ffmpeg was interrupted", "AbortError");
}
