/** Estimates when queued dreams will start. */
import { expectedFrames } from "../../pipeline/ffmpeg/expected_frames.ts";
import type { Dream, DreamView } from "./dream.ts";

/** The part of a dream that determines how long it takes. */
export type Expected = Pick<Dream, "source" | "parameters" | "from" | "duration" | "progress">;

/** Number of frames after which a running dream's pace is trusted over that of earlier dreams. */
const framesToTrust = 3;

/** Returns the total frames of a dream; estimated if unknown. */
export function framesOf({ source, from, duration, progress }: Expected): number {
  return progress.total ?? expectedFrames(source, { from, duration });
}

/**
 * Returns the place of each queued dream and its estimated start: after the rest of the running dream and the
 * dreams ahead of it, at the pace of the running dream or else of earlier ones. The model assumes that the
 * cost of a frame grows with its pixels and its gradient steps.
 *
 * @param waiting queued dreams, next first
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

/** Seconds of work per unit of cost, as measured on a dream. */
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

/** Cost of a frame in pixels times gradient steps; all other work on a frame counts as one step. */
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
