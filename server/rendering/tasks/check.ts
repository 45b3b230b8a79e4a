/** Whether settings can be dreamed with, in the renderer's Worker. */
import { checkLayers } from "../../../pipeline/check_layers.ts";
import type { Parameters } from "../../../pipeline/parameters.ts";
import type { Task, TaskTools } from "./task.ts";

/** Looks for the network's layers and channels that settings name; a rendering goes on meanwhile. */
export class CheckTask implements Task {
  readonly hidden = {};
  readonly #parameters: Parameters;
  readonly #tools: TaskTools;

  constructor(parameters: Parameters, tools: TaskTools) {
    this.#parameters = parameters;
    this.#tools = tools;
  }

  async run(): Promise<null> {
    await checkLayers(this.#parameters, { signal: this.#tools.signal });
    return null;
  }

  instruct(): void {}
}
