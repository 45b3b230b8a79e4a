/** Measures how long an estimator takes for a pair of pictures. */
import { endsWithin } from "../time_limit.ts";
import type { FlowEstimator, Picture } from "./flow.ts";

/** Shift between consecutive pictures of a trial, in pixels. */
const shift = 5;

/**
 * A test picture: fine and coarse waves, seen from `place` pixels further right and half as far down.
 */
export function trialPicture(width: number, height: number, place = 0): Picture {
  const pixels = new Float32Array(3 * width * height);
  for (let channel = 0, index = 0; channel < 3; channel++) {
    for (let row = 0; row < height; row++) {
      const y = row + place / 2;
      for (let column = 0; column < width; column++, index++) {
        const x = column + place;
        pixels[index] = 0.5 + 0.2 * Math.sin(x / 9 + channel) * Math.cos(y / 7) +
          0.15 * Math.sin((x + 2 * y) / 23 + channel) + 0.1 * Math.sin(0.9 * x - 0.6 * y);
      }
    }
  }
  return { width, height, pixels };
}

/** Options of {@link pairSeconds}. */
export interface TrialOptions {
  /** A pair that takes at most this many seconds is fast enough. By default the first pair is. */
  limit?: number;
  /** Stops the trial. */
  signal?: AbortSignal | undefined;
}

/** Number of pairs to try, and minimum time in seconds, before the estimator counts as too slow. */
const [tries, patience] = [3, 1];

/**
 * Seconds per pair, for consecutive pairs as in a video. Stops at the first pair that takes at most `limit` seconds. If
 * none does, returns the time of the fastest of a few, or Infinity if none finished in time: within a second or twice
 * the limit, whichever is longer.
 *
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function pairSeconds(
  estimator: FlowEstimator,
  { width, height }: { width: number; height: number },
  { limit = Infinity, signal }: TrialOptions = {},
): Promise<number> {
  const end = performance.now() + 1000 * Math.max(patience, 2 * limit);
  let fastest = Infinity;
  let previous = trialPicture(width, height);
  for (let pair = 1; pair <= tries; pair++) {
    const current = trialPicture(width, height, pair * shift);
    const start = performance.now();
    const pictures = [previous, current] as const;
    const left = { seconds: Math.max(0, (end - start) / 1000), signal };
    if (!await endsWithin(left, (signal) => estimator.pair(...pictures, { signal }))) break;
    fastest = Math.min(fastest, (performance.now() - start) / 1000);
    if (fastest <= limit) break;
    previous = current;
  }
  return fastest;
}
