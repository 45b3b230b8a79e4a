/** Settings that change while a dream runs. */
import { liveParameters } from "../../pipeline/parameter_groups.ts";
import {
  type ParameterInput,
  type ParameterName,
  type Parameters,
  parseParameters,
} from "../../pipeline/parameters.ts";
import { invalidParameter } from "../../pipeline/errors.ts";
import { readSettings } from "../uploads/settings.ts";

/** Some settings with new values. */
export type Change = Partial<ParameterInput>;

/** A change of a running dream that waits for the next frame. */
interface PendingChange {
  number: number;
  parameters: Change;
}

/**
 * Settings with a change made to them. Throws a ReverieError that names the first setting that is wrong, is not known,
 * or holds for the whole of a dream.
 */
export function changedSettings(current: Parameters, change: Change): Parameters {
  for (const [field, value] of Object.entries(change)) {
    if (liveParameters.includes(field as ParameterName)) continue;
    readSettings({ [field]: value });
    const message = `${field} holds for the whole dream: set it before the dream begins`;
    throw invalidParameter(field, message);
  }
  return parseParameters({ ...current, ...readSettings(change).given });
}

/** The settings of a running dream, from frame to frame: changes of an earlier run at their frames, new ones at once. */
export class LiveSettings {
  #current: Parameters;
  readonly #recorded: { frame: number; parameters: Change }[];
  #pending: PendingChange[] = [];
  readonly #onApplied: (number: number, frame: number) => void;

  /**
   * @param recorded changes to repeat, in order of their frames
   * @param onApplied told the first frame that is made with a change
   */
  constructor(
    parameters: Parameters,
    recorded: readonly { frame: number; parameters: Change }[] = [],
    onApplied: (number: number, frame: number) => void = () => {},
  ) {
    this.#current = parameters;
    this.#recorded = structuredClone([...recorded]);
    this.#onApplied = onApplied;
  }

  /** Exchanges the settings that changes are made to; before the first frame. */
  begin(parameters: Parameters): void {
    this.#current = parameters;
  }

  /** The settings as they will be at the next frame, recorded changes aside. */
  get next(): Parameters {
    return this.#pending.reduce((all, { parameters }) => changedSettings(all, parameters), this.#current);
  }

  /** Changes settings from the next frame on. Throws a ReverieError where they are not usable. */
  change(number: number, parameters: Change): void {
    changedSettings(this.next, parameters);
    this.#pending.push({ number, parameters });
  }

  /** The settings of a frame; to be asked once for every frame, in order. */
  at(frame: number): Parameters {
    while (this.#recorded[0] && this.#recorded[0].frame <= frame) {
      this.#current = changedSettings(this.#current, this.#recorded.shift()!.parameters);
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

  /** What is asked for now holds, also at frames where an earlier run changed the same settings. */
  #forgetRecorded(names: readonly string[]): void {
    for (const { parameters } of this.#recorded) {
      for (const name of names) delete parameters[name as ParameterName];
    }
  }
}
