import { toGrey } from "./dis/grey.ts";
import type { DisAnswer, DisRequest } from "./dis/messages.ts";
import type { FlowEstimator, FlowOptions, FlowPair, Picture } from "./flow.ts";

/**
 * Optical flow without a network: DIS in a Worker of its own, so that the thread it is called on goes on meanwhile.
 * Pairs are computed one after another. Close it when done, or the Worker keeps the program running.
 *
 * ```ts ignore
 * using estimator = new DisEstimator();
 * const { backward } = await estimator.pair(previous, current);
 * ```
 */
export class DisEstimator implements FlowEstimator {
  readonly name = "dis";
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

  async pair(previous: Picture, current: Picture, { signal }: FlowOptions = {}): Promise<FlowPair> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    const job: Job = {
      request: { previous: toGrey(previous), current: toGrey(current) },
      result: Promise.withResolvers<FlowPair>(),
    };
    const giveUp = () => this.#abandon(job, signal!.reason);
    signal?.addEventListener("abort", giveUp);
    this.#waiting.push(job);
    this.#next();
    try {
      return await job.result.promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

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
    const { request } = this.#running;
    const moved = [request.previous.values.buffer, request.current.values.buffer] as ArrayBuffer[];
    this.#worker.postMessage(request, moved);
  }

  #finish(answer: DisAnswer): void {
    const result = this.#running?.result;
    this.#running = undefined;
    if ("error" in answer) result?.reject(answer.error);
    else result?.resolve(answer);
    this.#next();
  }

  /** A pair that waits is never started; one that is being computed (well under a second) has its answer ignored. */
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
  result: PromiseWithResolvers<FlowPair>;
}
