import { deadline } from "../deadline.ts";
import { WorkerCalls } from "../worker_calls.ts";
import type { DisAnswers, DisRequest } from "./dis/messages.ts";

/**
 * DIS in its own Worker, so that it does not block the calling thread. Requests run one after another. Close it when
 * done; otherwise the Worker keeps the program running.
 */
export class DisThread {
  readonly #calls: WorkerCalls<DisRequest, DisAnswers>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor() {
    const worker = new Worker(new URL("./dis_worker.ts", import.meta.url), { type: "module", name: "dis" });
    this.#calls = new WorkerCalls(worker, "the flow estimator");
  }

  /**
   * Resolves with the answer to a request. The request's arrays are transferred to the Worker and cannot be read
   * afterwards. When the signal is aborted, a waiting request is never started, and the answer of a running one (which
   * takes well under a second) is ignored.
   *
   * @throws {Error} the error of the request, or, after `close`, an error that says so.
   * @throws {unknown} the signal's reason when the signal is aborted.
   */
  async run<R extends DisRequest>(request: R, signal?: AbortSignal): Promise<DisAnswers[R["kind"]]> {
    const result = this.#queue.then(() => {
      signal?.throwIfAborted();
      return this.#calls.call(request, arraysOf(request));
    });
    this.#queue = result.catch(() => {});
    return await deadline(result, { signal });
  }

  /** Terminates the Worker and rejects waiting and running requests. */
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
