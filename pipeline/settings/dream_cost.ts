/** Measures what dreaming a frame costs, by one gradient step at each octave. */
import type { Engine, Value } from "../../models/engine/engine.ts";
import { trialPicture } from "../../models/flow/trial.ts";
import { endsWithin, type TimeLimit } from "../../models/time_limit.ts";
import type { Dreamer } from "../dreamer/dreamer.ts";
import type { Dreamers } from "../dreamer/dreamers.ts";
import type { Size } from "../graphs/picture.ts";
import { type Parameters, parametersWith } from "./parameters.ts";
import { Random } from "../graphs/random.ts";

/** What to measure, and on which engine. */
export interface DreamTrial {
  engine: Engine;
  dreamers: Dreamers;
  working: Size;
  parameters: Parameters;
}

/** Maximum number of tries, and the time in seconds after which no new try begins. */
const [tries, patience] = [3, 0.7];

/**
 * Estimates the seconds to dream a frame that inherits a dream: the number of steps of a frame times the
 * duration of one step at each octave. If even the first try takes longer than {@link patience}, it is
 * aborted, and the result is a lower bound.
 *
 * @throws the signal's reason when it is aborted
 */
export async function dreamSeconds(
  { engine, dreamers, working, parameters }: DreamTrial,
  signal?: AbortSignal,
): Promise<number> {
  signal?.throwIfAborted();
  const { width, height } = working;
  const data = trialPicture(width, height).pixels;
  using picture = await engine.put({ type: "float32", dims: [1, 3, height, width], data });
  const dreamer = await dreamers.for(parameters);
  const end = performance.now() + 1000 * patience;
  let fastest = await stepSeconds(dreamer, picture, { seconds: patience, signal });
  for (let index = 1; index < tries && performance.now() < end; index++) {
    fastest = Math.min(fastest, await stepSeconds(dreamer, picture, { signal }));
  }
  return fastest * parameters.octaveIterations * parameters.iterations;
}

/** Seconds for one step at each octave, or for as many steps as begin within the limit. */
async function stepSeconds(
  dreamer: Dreamer,
  picture: Value,
  limit: TimeLimit,
): Promise<number> {
  const start = performance.now();
  const settings = { steps: 1, passes: 1, rate: 0.01, jitter: 0, random: new Random(0) };
  await endsWithin(limit, async (signal) => {
    (await dreamer.dream(picture, { ...settings, signal })).picture.release();
  });
  return (performance.now() - start) / 1000;
}

const timeCosting = parametersWith(({ costs }) => costs?.includes("time") ?? false);

/** What {@link dreamSeconds} depends on. */
export function dreamCostKey({ parameters, working }: DreamTrial): unknown {
  return [working, ...timeCosting.map((name) => parameters[name])];
}
