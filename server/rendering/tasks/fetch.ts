/** Fetches a network, in the renderer's Worker, since conversion to a graph takes a moment. */
import { fetchNetwork } from "../../../pipeline/settings/networks.ts";
import { settle } from "../../../pipeline/settings/settle.ts";
import type { FetchJob } from "../job.ts";
import type { Task, TaskTools } from "./task.ts";

/** Fetches one network of the catalogue; a rendering goes on. */
export class FetchTask implements Task {
  readonly names = {};
  readonly #job: FetchJob;
  readonly #tools: TaskTools;

  constructor(job: FetchJob, tools: TaskTools) {
    this.#job = job;
    this.#tools = tools;
  }

  async run(): Promise<null> {
    const { signal, report } = this.#tools;
    const onProgress = (done: number, total: number) => report({ kind: "download", done, total });
    const { network } = this.#job;
    if (network === undefined) await settle({ given: {} }, { signal, onProgress });
    else await fetchNetwork(network, { signal, onProgress });
    return null;
  }

  instruct(): void {}
}
