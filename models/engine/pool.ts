import type { WorkerCalls } from "../worker_calls.ts";
import type { Answers, Request } from "./messages.ts";

/** Workers kept for reuse: one for a dream and one for what is rendered beside it. */
const mostIdle = 2;

/**
 * Keeps the Workers of released engines for later engines, in programs that keep running: a Worker that has loaded
 * onnxruntime keeps an epoll and an eventfd descriptor after it has ended. An idle Worker keeps the program running
 * until the pool is closed.
 */
export class EnginePool {
  readonly #idle: WorkerCalls<Request, Answers>[] = [];
  #closed = false;

  /** Number of idle Workers. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Takes an idle Worker; undefined if there is none. */
  take(): WorkerCalls<Request, Answers> | undefined {
    return this.#idle.pop();
  }

  /** Keeps a Worker that holds nothing any more, or closes it if there are enough. */
  keep(worker: WorkerCalls<Request, Answers>): void {
    if (this.#closed || this.#idle.length >= mostIdle) worker.close();
    else this.#idle.push(worker);
  }

  /** Ends the idle Workers. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#idle.splice(0)) worker.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
