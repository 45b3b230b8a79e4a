/** When the dreams that wait can be expected to begin. */
import { expectedFrames } from "../../pipeline/ffmpeg/expected_frames.ts";
import type { Dream, DreamView } from "./dream.ts";

/** What of a dream its length depends on. */
export type Expected = Pick<Dream, "source" | "parameters" | "from" | "duration" | "progress">;

/** Frames of a running dream after which its pace says more than that of earlier ones. */
const framesToTrust = 3;

/** Frames that a dream has in all, as far as it is known. */
export function framesOf({ source, from, duration, progress }: Expected): number {
  return progress.total ?? expectedFrames(source, { from, duration });
}

/**
 * Places in the queue, and when each dream in it will begin: now, after what is left of the running one and of those
 * before it, at the pace of the running dream or else of earlier ones. A frame's cost is taken to grow with its pixels
 * and the gradient steps on them.
 *
 * @param waiting next first
 * @param earlier dreams that are done
 * @param now milliseconds since 1970
 */
export function schedule(
  { waiting, running, earlier, now }: {
    waiting: readonly (Expected & { id: string })[];
    running?: Expected | undefined;
    earlier: readonly Expected[];
    now: number;
  },
): Map<string, NonNullable<DreamView["queue"]>> {
  const pace = paceOf(running) ?? mean(earlier.map(paceOf).filter((one) => one !== undefined));
  let seconds = running ? remaining(running, pace) : 0;
  return new Map(waiting.map((dream, index) => {
    const start = seconds;
    seconds = sum(seconds, secondsOf(dream, framesOf(dream), pace));
    const estimated = start !== undefined && { estimatedStart: new Date(now + start * 1000).toISOString() };
    return [dream.id, { position: index + 1, ...estimated }];
  }));
}

/** Seconds of work on a unit of cost, as a dream has shown. */
function paceOf(dream: Expected | undefined): number | undefined {
  const { frames = 0, seconds = 0, fps } = dream?.progress ?? {};
  if (!dream || frames < Math.min(framesToTrust, framesOf(dream)) || !(seconds > 0)) return undefined;
  return (fps ? 1 / fps : seconds / frames) / frameCost(dream);
}

function remaining(dream: Expected, pace: number | undefined): number | undefined {
  const { frames, eta } = dream.progress;
  return eta ?? secondsOf(dream, Math.max(0, framesOf(dream) - frames), pace);
}

function secondsOf(dream: Expected, frames: number, pace: number | undefined): number | undefined {
  return pace === undefined || frames === 0 ? undefined : frames * frameCost(dream) * pace;
}

/** Cost of a frame in pixels times gradient steps; whatever else is done to a frame counts as one step. */
function frameCost({ source, parameters }: Expected): number {
  const { imageSize, octaves, octaveScale, octaveIterations, iterations } = parameters;
  const aspect = Math.min(source.width, source.height) / Math.max(source.width, source.height);
  const shrink = Math.max(octaveScale, 1 / octaveScale) ** -2;
  const octaveArea = (1 - shrink ** octaves) / (1 - shrink);
  return imageSize ** 2 * (aspect || 1) * (1 + iterations * octaveIterations * octaveArea);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b) / values.length;
}
