import { deadline } from "../deadline.ts";
import { WorkerCalls } from "../worker_calls.ts";
import type { DisAnswers, DisRequest } from "./dis/messages.ts";

/**
 * DIS in a Worker of its own, so that the thread it is called on goes on meanwhile. Requests are worked off one after
 * another. Close it when done, or the Worker keeps the program running.
 */
export class DisThread {
  readonly #calls: WorkerCalls<DisRequest, DisAnswers>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor() {
    const worker = new Worker(new URL("./dis_worker.ts", import.meta.url), { type: "module", name: "dis" });
    this.#calls = new WorkerCalls(worker, "the flow estimator");
  }

  /**
   * The answer to a request, whose arrays are moved to the Worker and cannot be read any more. Once the signal is
   * aborted a request that waits is never started, and one that is being worked on (well under a second) has its answer
   * ignored.
   *
   * @throws {Error} what the request fails with, the signal's reason, or after `close` that it has been closed.
   */
  async run<R extends DisRequest>(request: R, signal?: AbortSignal): Promise<DisAnswers[R["kind"]]> {
    const result = this.#queue.then(() => {
      signal?.throwIfAborted();
      return this.#calls.call(request, arraysOf(request));
    });
    this.#queue = result.catch(() => {});
    return await deadline(result, { signal });
  }

  /** Ends the Worker; what waits or runs is rejected. */
  close(): void {
    this.#calls.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function arraysOf(request: DisRequest): ArrayBuffer[] {
  const arrays = request.kind === "polish"
    ? [request.from.values, request.to.values, request.flow.data]
    : [request.previous.values, request.current.values];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
