/** Changes of settings for a running dream. */
import { toPlain } from "../../../pipeline/errors.ts";
import { asReverieError } from "../../errors.ts";
import { checkLayers } from "../../../pipeline/run/check_layers.ts";
import { checkMemory } from "../../../pipeline/run/check_memory.ts";
import { givesAny, type Parameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import type { RenderJob } from "../job.ts";
import { LiveSettings } from "../live_settings.ts";
import type { Instruction } from "../messages.ts";
import type { TaskTools } from "./task.ts";

/**
 * The settings of a running dream and its requested changes. Each change is answered with `applied` when a
 * frame begins with it, or with `refused` if it cannot be used; the dream then goes on unchanged.
 */
export class Changes {
  readonly #settings: LiveSettings;
  readonly #tools: TaskTools;
  /** The frames, once the dream has started. */
  #frames: { width: number; height: number; provider: string } | undefined;
  /** Settles when the last change has been checked; changes are checked one after another. */
  #checked: Promise<void> = Promise.resolve();

  /** @param recorded changes from an earlier run, to be repeated at their frames */
  constructor(parameters: Parameters, recorded: RenderJob["changes"], tools: TaskTools) {
    this.#tools = tools;
    const applied = (change: number, frame: number) => tools.report({ kind: "applied", change, frame });
    this.#settings = new LiveSettings(parameters, recorded, applied);
  }

  /** Sets the initial settings once they are resolved; changes requested earlier are applied to these. */
  begin(parameters: Parameters): void {
    this.#settings.begin(parameters);
  }

  /** Tells the size of the frames in pixels and which execution provider dreams. */
  start(frames: { width: number; height: number; provider: string }): void {
    this.#frames = frames;
  }

  /** Returns the settings of a frame; call it once per frame. */
  at(frame: number): Parameters {
    return this.#settings.at(frame);
  }

  ask(instruction: Instruction & { kind: "change" }): void {
    this.#checked = this.#checked.then(() => this.#take(instruction));
  }

  async #take({ change, parameters }: Instruction & { kind: "change" }): Promise<void> {
    try {
      await this.#checkLayers(parameters);
      await this.#checkMemory(parameters);
      this.#settings.change(change, parameters);
    } catch (error) {
      this.#tools.report({ kind: "refused", change, error: toPlain(asReverieError(error)) });
    }
  }

  /**
   * Checks that the network has the layers and channels; this takes a moment, so only a change of these
   * triggers it.
   */
  async #checkLayers(change: SomeParameters): Promise<void> {
    if (!givesAny(change, ({ lookup }) => lookup === "layers")) return;
    await checkLayers({ ...this.#settings.next, ...change }, { signal: this.#tools.signal });
  }

  /** Checks that there is memory for the graphs of a change. */
  async #checkMemory(change: SomeParameters): Promise<void> {
    if (!this.#frames || !givesAny(change, ({ costs }) => costs?.includes("graphs") ?? false)) return;
    const providers = [this.#frames.provider];
    const { memory } = this.#tools.rigging();
    await checkMemory(this.#frames, { ...this.#settings.next, ...change }, {
      providers,
      ...(memory !== undefined && { memory }),
    });
  }
}
