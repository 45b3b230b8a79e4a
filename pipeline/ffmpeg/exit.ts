import { ReverieError } from "../../models/errors.ts";
import { deadline } from "../../models/deadline.ts";

/** How long to wait for the abort signal to follow an interruption, in milliseconds. */
const timeoutMs = 500;

/**
 * The reason why a signal ended ffmpeg: that of the abort signal, else that something else killed ffmpeg. Ctrl-C in
 * a terminal reaches ffmpeg as well as this program, and ffmpeg may act on it first, so the abort signal gets a moment
 * to follow.
 */
export async function interruption(signal: AbortSignal | undefined): Promise<unknown> {
  if (signal) await deadline(new Promise(() => {}), { timeoutMs, signal }).catch(() => {});
  if (signal?.aborted) return signal.reason;
  return new ReverieError("ffmpeg_killed", "ffmpeg was killed while it worked", {
    advice: ["start again", "see whether the machine is short of memory"],
  });
}
