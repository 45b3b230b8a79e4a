/** The stage that dreams: gradient ascent on each blended frame, fewer steps where it inherits a dream. */
import type { Value } from "../models/engine/engine.ts";
import type { Dreamer } from "./dreamer/dreamer.ts";
import { Random } from "./random.ts";
import { advance, type DreamState } from "./state.ts";

/** Settings that may change from frame to frame. */
export interface DreamStageSettings {
  /** Steps per octave for a frame that inherits a dream. */
  octaveIterations: number;
  /** Steps per octave for one that does not. */
  firstIterations: number;
  iterations: number;
  /** Mean change per step in grey levels of 255. */
  learningRate: number;
  jitter: number;
}

/** How the stage dreams; `settings` is asked anew for every frame. */
export interface DreamStageOptions {
  dreamer: Dreamer;
  state: DreamState;
  settings: () => DreamStageSettings;
  signal?: AbortSignal;
}

/** What the stage adds to a frame. */
export interface DreamedFrame {
  /** The dream at the working size; the state frees it, and the frame's picture, when the next frame is dreamed. */
  dreamed: Value;
  loss: number;
}

/** The stage. */
export async function* dream<F extends { picture: Value; mixed: Value; inherits: boolean }>(
  frames: AsyncIterable<F>,
  { dreamer, state, settings, signal }: DreamStageOptions,
): AsyncGenerator<F & DreamedFrame> {
  for await (const frame of frames) {
    const { octaveIterations, firstIterations, iterations, learningRate, jitter } = settings();
    const random = new Random(state.random);
    const { picture: dreamed, loss } = await dreamer.dream(frame.mixed, {
      steps: frame.inherits ? octaveIterations : firstIterations,
      passes: iterations,
      rate: learningRate / 255,
      jitter,
      random,
      ...(signal && { signal }),
    });
    advance(state, { picture: frame.picture, dreamed }, random.state);
    yield { ...frame, dreamed, loss };
  }
}
