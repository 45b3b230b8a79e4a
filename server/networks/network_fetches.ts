/** Networks that the server fetches because somebody asked for them. */
import { bodyOf } from "../errors.ts";
import type { FetchJob } from "../rendering/job.ts";
import type { Renderer } from "../rendering/renderer.ts";

/** How a fetch stands. */
export interface FetchState {
  /** Bytes so far and in all, while it runs; absent until the host has answered. */
  done?: number;
  total?: number;
  /** One line, where it failed. */
  error?: string;
  running: boolean;
}

/** Fetches each network once at a time, and tells how far it is. */
export class NetworkFetches {
  readonly #renderer: Pick<Renderer, "fetch">;
  readonly #states = new Map<string, FetchState>();

  constructor(renderer: Pick<Renderer, "fetch">) {
    this.#renderer = renderer;
  }

  /** The fetch of a network; undefined where none was asked for, or where it has succeeded. */
  state(network: string): FetchState | undefined {
    return this.#states.get(network);
  }

  /** Begins to fetch a network, unless that is under way. */
  start(network: string): void {
    if (this.#states.get(network)?.running) return;
    this.#fetch(network, { network }).catch((error) =>
      this.#states.set(network, { running: false, error: bodyOf(error).message })
    );
  }

  /**
   * Fetches what is to dream by default, or what stands in for it. `best` is the network that is hoped for. Rejected with
   * a ReverieError where none can be had.
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
