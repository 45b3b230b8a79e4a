import { deadline } from "../../models/deadline.ts";

/** How long to wait for the abort signal to follow an interruption, in milliseconds. */
const timeoutMs = 500;

/**
 * The reason why ffmpeg was interrupted. Ctrl-C in a terminal reaches ffmpeg as well as this program, and
 * ffmpeg may act on it first, so the abort signal gets a moment to follow.
 */
export async function interruption(signal: AbortSignal | undefined): Promise<unknown> {
  if (signal) await deadline(new Promise(() => {}), { timeoutMs, signal }).catch(() => {});
  return signal?.aborted ? signal.reason : new DOMException("ffmpeg was interrupted", "AbortError");
}
