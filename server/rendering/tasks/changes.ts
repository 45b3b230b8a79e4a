/** Changes of settings on their way into a running dream. */
import { toPlain } from "../../../pipeline/errors.ts";
import { asReverieError } from "../../errors.ts";
import { checkLayers } from "../../../pipeline/run/check_layers.ts";
import { givesAny, type Parameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import type { RenderJob } from "../job.ts";
import { LiveSettings } from "../live_settings.ts";
import type { Instruction } from "../messages.ts";
import type { TaskTools } from "./task.ts";

/**
 * The settings of a running dream and the changes that are asked for. Each is answered: `applied` when a frame begins
 * with it, `refused` where it is not usable; then the dream goes on as it was.
 */
export class Changes {
  readonly #settings: LiveSettings;
  readonly #tools: TaskTools;
  /** Changes are checked one after another. */
  #checked: Promise<void> = Promise.resolve();

  /** @param recorded changes of an earlier run, to be repeated at their frames */
  constructor(parameters: Parameters, recorded: RenderJob["changes"], tools: TaskTools) {
    this.#tools = tools;
    const applied = (change: number, frame: number) => tools.report({ kind: "applied", change, frame });
    this.#settings = new LiveSettings(parameters, recorded, applied);
  }

  /** The settings to begin with, once they are settled; changes asked for before are made to these. */
  begin(parameters: Parameters): void {
    this.#settings.begin(parameters);
  }

  /** The settings of a frame; to be asked once for every frame. */
  at(frame: number): Parameters {
    return this.#settings.at(frame);
  }

  ask(instruction: Instruction & { kind: "change" }): void {
    this.#checked = this.#checked.then(() => this.#take(instruction));
  }

  async #take({ change, parameters }: Instruction & { kind: "change" }): Promise<void> {
    try {
      await this.#checkLayers(parameters);
      this.#settings.change(change, parameters);
    } catch (error) {
      this.#tools.report({ kind: "refused", change, error: toPlain(asReverieError(error)) });
    }
  }

  /** That the network has the layers and channels; only a change of these takes the moment that it takes. */
  async #checkLayers(change: SomeParameters): Promise<void> {
    if (!givesAny(change, ({ lookup }) => lookup === "layers")) return;
    await checkLayers({ ...this.#settings.next, ...change }, { signal: this.#tools.signal });
  }
}
