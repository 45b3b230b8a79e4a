/** The stage that dreams: gradient ascent on each blended frame, in fewer steps if it inherits a dream. */
import type { Value } from "../models/engine/engine.ts";
import type { Dreamer, Step } from "./dreamer/dreamer.ts";
import { Random } from "./graphs/random.ts";
import { advance, type DreamState } from "./state.ts";

/** Settings that may change from frame to frame. */
export interface DreamStageSettings {
  /** Steps per octave for a frame that inherits a dream. */
  octaveIterations: number;
  /** Steps per octave for one that does not. */
  firstIterations: number;
  iterations: number;
  /** In grey levels of 255. */
  learningRate: number;
  jitter: number;
  /** Default: 100. */
  lbfgsHistory?: number;
}

/** Options of {@link dream}. `settings` is called for every frame. */
export interface DreamStageOptions<Settings extends DreamStageSettings> {
  /** Returns the dreamer for a frame's settings; changes that need new graphs take effect here. */
  dreamer: (settings: Settings) => Promise<Dreamer>;
  state: DreamState;
  settings: () => Settings;
  /** Called after every gradient step, with the index of its frame. */
  onStep?: ((step: Step, frame: number) => Promise<void>) | undefined;
  /** Called for every frame with a line per layer that says which channels grow. */
  onChannels?: ((lines: string[]) => void) | undefined;
  signal?: AbortSignal;
}

/** What the stage adds to a frame. */
export interface DreamedFrame {
  /**
   * The dream at the working size. The state frees it, and the frame's picture, when the next frame is
   * dreamed.
   */
  dreamed: Value;
  loss: number;
}

/**
 * The stage: dreams on each frame's mixed picture and advances the state.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* dream<
  F extends { picture: Value; mixed: Value; inherits: boolean },
  Settings extends DreamStageSettings,
>(
  frames: AsyncIterable<F>,
  { dreamer, state, settings, onStep, onChannels, signal }: DreamStageOptions<Settings>,
): AsyncGenerator<F & DreamedFrame> {
  for await (const frame of frames) {
    const chosen = settings();
    const { octaveIterations, firstIterations, iterations, learningRate, jitter, lbfgsHistory = 100 } =
      chosen;
    const random = new Random(state.random);
    const { picture: dreamed, loss } = await (await dreamer(chosen)).dream(frame.mixed, {
      steps: frame.inherits ? octaveIterations : firstIterations,
      passes: iterations,
      rate: learningRate / 255,
      jitter,
      history: lbfgsHistory,
      random,
      ...(onChannels && { onChannels }),
      ...(onStep && { onStep: (step: Step) => onStep(step, state.position) }),
      ...(signal && { signal }),
    });
    advance(state, { picture: frame.picture, dreamed }, random.state);
    yield { ...frame, dreamed, loss };
  }
}
