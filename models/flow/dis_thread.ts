import type { DisAnswer, DisRequest, PairRequest, PolishRequest } from "./dis/messages.ts";
import type { FlowField, FlowPair } from "./flow.ts";

/**
 * DIS in a Worker of its own, so that the thread it is called on goes on meanwhile. Requests are worked off one after
 * another. Close it when done, or the Worker keeps the program running.
 */
export class DisThread {
  readonly #worker: Worker;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(new URL("./dis_worker.ts", import.meta.url), { type: "module", name: "dis" });
    this.#worker.onmessage = ({ data }: MessageEvent<DisAnswer>) => this.#finish(data);
    this.#worker.onmessageerror = () =>
      this.#stop(new Error("the flow estimator's answer could not be read"));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#stop(new Error(`the flow estimator stopped: ${event.message}`));
    };
  }

  /**
   * The answer to a request, whose arrays are moved to the Worker and cannot be read any more.
   *
   * @throws what the request fails with, the signal's reason once it is aborted, or an Error after `close`.
   */
  run(request: PairRequest, signal?: AbortSignal): Promise<FlowPair>;
  run(request: PolishRequest, signal?: AbortSignal): Promise<FlowField>;
  async run(request: DisRequest, signal?: AbortSignal): Promise<FlowPair | FlowField> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    const job: Job = { request, result: Promise.withResolvers() };
    const giveUp = () => this.#abandon(job, signal!.reason);
    signal?.addEventListener("abort", giveUp);
    try {
      this.#waiting.push(job);
      this.#next();
      return await job.result.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Ends the Worker; what waits or runs is rejected. */
  close(): void {
    this.#stop(new Error("the flow estimator has been closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #next(): void {
    if (this.#running || this.#failure) return;
    this.#running = this.#waiting.shift();
    if (!this.#running) return;
    const { request, result } = this.#running;
    try {
      this.#worker.postMessage(request, arraysOf(request));
    } catch (error) {
      // Its arrays have been moved away before. Those that wait need not suffer for it.
      result.reject(error);
      this.#running = undefined;
      this.#next();
    }
  }

  #finish(answer: DisAnswer): void {
    const result = this.#running?.result;
    this.#running = undefined;
    if ("error" in answer) result?.reject(answer.error);
    else result?.resolve(answer);
    this.#next();
  }

  /** A request that waits is never started; one that is being worked on (well under a second) has its answer ignored. */
  #abandon(job: Job, reason: unknown): void {
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
    job.result.reject(reason);
  }

  #stop(failure: Error): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#worker.terminate();
    this.#running?.result.reject(failure);
    for (const { result } of this.#waiting) result.reject(failure);
    this.#waiting.length = 0;
    this.#running = undefined;
  }
}

interface Job {
  request: DisRequest;
  result: PromiseWithResolvers<FlowPair | FlowField>;
}

function arraysOf(request: DisRequest): ArrayBuffer[] {
  const arrays = "flow" in request
    ? [request.from.values, request.to.values, request.flow.data]
    : [request.previous.values, request.current.values];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
