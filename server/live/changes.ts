/** Changes of settings from one client: one in progress, the later ones merged into the next. */
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Answer } from "./news.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { bodyOf } from "../errors.ts";

/** Callbacks of {@link Changes}. */
export interface ChangeHooks {
  /** Changes the dream's settings; rejects with a ReverieError if that is not possible. */
  change(parameters: SomeParameters): Promise<{ frame: number | null; parameters: SomeParameters }>;
  answer(answer: Answer): void;
}

interface Change {
  id?: string | number;
  parameters: SomeParameters;
}

/** Maximum number of changes that wait for the one in progress. */
const mostWaiting = 1000;

/**
 * Applies a client's changes. A change takes effect only at the next frame, so the changes that arrive during
 * one are merged, keeping the newest value of each setting, and all of them get the merged change's answer.
 */
export class Changes {
  readonly #hooks: ChangeHooks;
  #waiting: Change[] = [];
  #busy = false;

  constructor(hooks: ChangeHooks) {
    this.#hooks = hooks;
  }

  /** Applies a change, now or after the one in progress. */
  add(change: Change): void {
    if (this.#waiting.length >= mostWaiting) {
      const error = new ReverieError("too_many_requests", "too many changes wait for the next frame");
      return this.#hooks.answer({ type: "refused", ...idOf(change), error: bodyOf(error) });
    }
    this.#waiting.push(change);
    if (!this.#busy) this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const changes = this.#waiting;
      this.#waiting = [];
      await this.#make(changes);
    }
    this.#busy = false;
  }

  async #make(changes: readonly Change[]): Promise<void> {
    const wanted: SomeParameters = Object.assign({}, ...changes.map(({ parameters }) => parameters));
    try {
      const { frame } = await this.#hooks.change(wanted);
      for (const change of changes) {
        this.#hooks.answer({ type: "changed", ...idOf(change), frame, parameters: wanted });
      }
    } catch (error) {
      const body = bodyOf(error);
      for (const change of changes) this.#hooks.answer({ type: "refused", ...idOf(change), error: body });
    }
  }
}

function idOf({ id }: Change): { id?: string | number } {
  return id === undefined ? {} : { id };
}
