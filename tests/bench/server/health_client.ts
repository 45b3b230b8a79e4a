import { Connection } from "./connection.ts";
import { type Latencies, latencies } from "./percentiles.ts";
import type { Viewers, ViewersOptions } from "./viewer_kinds.ts";

/** Results of a {@link HealthClient}. */
export interface HealthFigures extends Latencies {
  errors: string[];
}

/**
 * Requests /healthz at fixed times, whether or not earlier responses have arrived: a server that stalls thus
 * delays many requests, not one.
 */
export class HealthClient implements Viewers {
  readonly #port: number;
  readonly #every: number;
  readonly #idle: Connection[] = [];
  readonly #running = new Set<Promise<void>>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #times: number[] = [];
  #errors: string[] = [];

  constructor({ port, every }: ViewersOptions & { kind: "health" }) {
    this.#port = port;
    this.#every = every;
  }

  async on(): Promise<void> {
    this.#times = [];
    this.#errors = [];
    this.#idle.push(await Connection.open(this.#port));
    this.#timer = setInterval(() => {
      const running = this.#ask().catch((error) => void this.#errors.push(error.message));
      this.#running.add(running);
      void running.then(() => this.#running.delete(running));
    }, this.#every);
  }

  async off(): Promise<HealthFigures> {
    clearInterval(this.#timer);
    await Promise.all(this.#running);
    for (const connection of this.#idle.splice(0)) connection.close();
    return { ...latencies(this.#times), errors: this.#errors };
  }

  async #ask(): Promise<void> {
    const began = performance.now();
    const connection = this.#idle.pop() ?? await Connection.open(this.#port);
    const { status } = await connection.get("/healthz");
    this.#times.push(performance.now() - began);
    this.#idle.push(connection);
    if (status !== 200) throw new Error(`/healthz answered ${status}`);
  }
}
