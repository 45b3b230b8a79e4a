/** Networks that the server fetches on request. */
import { bodyOf } from "../errors.ts";
import type { FetchJob } from "../rendering/job.ts";
import type { Renderer } from "../rendering/renderer.ts";

/** The state of a fetch. */
export interface FetchState {
  /** Bytes so far and in total while the fetch runs; absent until the host has answered. */
  done?: number;
  total?: number;
  /** One line that says why it failed. */
  error?: string;
  running: boolean;
}

/** Fetches networks, each at most once at a time, and reports progress. */
export class NetworkFetches {
  readonly #renderer: Pick<Renderer, "fetch">;
  readonly #states = new Map<string, FetchState>();

  constructor(renderer: Pick<Renderer, "fetch">) {
    this.#renderer = renderer;
  }

  /** Returns the fetch of a network; undefined if none was requested or it has succeeded. */
  state(network: string): FetchState | undefined {
    return this.#states.get(network);
  }

  /** Starts to fetch a network unless a fetch of it is already running. */
  start(network: string): void {
    if (this.#states.get(network)?.running) return;
    this.#fetch(network, { network }).catch((error) =>
      this.#states.set(network, { running: false, error: bodyOf(error).message })
    );
  }

  /**
   * Fetches the default network or its fallback. `best` is the preferred network.
   *
   * @throws {ReverieError} if neither can be fetched
   */
  async fetchDefault(best: string): Promise<void> {
    await this.#fetch(best, {});
  }

  async #fetch(network: string, job: FetchJob): Promise<void> {
    this.#states.set(network, { running: true });
    try {
      await this.#renderer.fetch(
        job,
        (done, total) => this.#states.set(network, { running: true, done, total }),
      );
    } finally {
      this.#states.delete(network);
    }
  }
}
