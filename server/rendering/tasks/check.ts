/** Checks settings, in the renderer's Worker. */
import { checkFlow } from "../../../pipeline/run/check_flow.ts";
import { checkLayers } from "../../../pipeline/run/check_layers.ts";
import type { CheckJob } from "../job.ts";
import type { Task, TaskTools } from "./task.ts";

/**
 * Checks that the network's layers and channels and the weights for optical flow are available. A rendering
 * goes on.
 */
export class CheckTask implements Task {
  readonly names = {};
  readonly #job: CheckJob;
  readonly #tools: TaskTools;

  constructor(job: CheckJob, tools: TaskTools) {
    this.#job = job;
    this.#tools = tools;
  }

  async run(): Promise<null> {
    const { parameters, source, layers } = this.#job;
    const { signal, options } = this.#tools;
    if (source) await checkFlow(source, parameters, options);
    if (layers) await checkLayers(parameters, { signal });
    return null;
  }

  instruct(): void {}
}
