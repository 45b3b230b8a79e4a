/** Checks settings, in the renderer's Worker. */
import { checkFlow } from "../../../pipeline/run/check_flow.ts";
import { checkLayers } from "../../../pipeline/run/check_layers.ts";
import { checkMemory } from "../../../pipeline/run/check_memory.ts";
import type { CheckJob } from "../job.ts";
import type { Task, TaskTools } from "./task.ts";

/** Settles when the last check has ended: each holds a network, so they take turns. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Checks that the network's layers and channels and the weights for optical flow are available, and that the
 * memory suffices. A rendering goes on.
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
    const turn = last.then(() => this.#check());
    last = turn.catch(() => {});
    await turn;
    return null;
  }

  instruct(): void {}

  async #check(): Promise<void> {
    const { parameters, source, picture, layers } = this.#job;
    const { signal, options } = this.#tools;
    signal.throwIfAborted();
    if (source) await checkFlow(source, parameters, options);
    if (layers) await checkLayers(parameters, { signal });
    if (picture) await checkMemory(picture, parameters, options);
  }
}
