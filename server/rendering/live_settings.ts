/** Settings that can change while a dream runs. */
import type { ParameterName, Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";

/** A change of a running dream that waits for the next frame. */
interface PendingChange {
  number: number;
  parameters: SomeParameters;
}

/**
 * The settings of a running dream, frame by frame: changes from an earlier run apply at their recorded
 * frames, new ones at the next frame.
 */
export class LiveSettings {
  #current: Parameters;
  readonly #recorded: { frame: number; parameters: SomeParameters }[];
  #pending: PendingChange[] = [];
  readonly #onApplied: (number: number, frame: number) => void;

  /**
   * @param recorded changes to repeat, in order of their frames
   * @param onApplied called with a change's number and the first frame made with it
   */
  constructor(
    parameters: Parameters,
    recorded: readonly { frame: number; parameters: SomeParameters }[] = [],
    onApplied: (number: number, frame: number) => void = () => {},
  ) {
    this.#current = parameters;
    this.#recorded = structuredClone([...recorded]);
    this.#onApplied = onApplied;
  }

  /** Replaces the settings that changes build on; call it before the first frame. */
  begin(parameters: Parameters): void {
    this.#current = parameters;
  }

  /** The settings of the next frame, without recorded changes. */
  get next(): Parameters {
    return Object.assign({ ...this.#current }, ...this.#pending.map(({ parameters }) => parameters));
  }

  /** Changes settings from the next frame on. */
  change(number: number, parameters: SomeParameters): void {
    this.#pending.push({ number, parameters });
  }

  /** Returns the settings of a frame; call it once per frame, in order. */
  at(frame: number): Parameters {
    while (this.#recorded[0] && this.#recorded[0].frame <= frame) {
      this.#current = { ...this.#current, ...this.#recorded.shift()!.parameters };
    }
    this.#current = this.next;
    const applied = this.#pending;
    this.#pending = [];
    for (const { number, parameters } of applied) {
      this.#forgetRecorded(Object.keys(parameters));
      this.#onApplied(number, frame);
    }
    return this.#current;
  }

  /**
   * Drops recorded changes of these settings: a new change wins even at frames where an earlier run changed
   * the same settings.
   */
  #forgetRecorded(names: readonly string[]): void {
    for (const { parameters } of this.#recorded) {
      for (const name of names) delete parameters[name as ParameterName];
    }
  }
}
