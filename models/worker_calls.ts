/** Requests to a Worker, each answered once; `worker_answers.ts` is the Worker's side. */
import { fromPlain, type PlainError } from "./plain_error.ts";

/** A request and its number. */
export interface CallMessage<Request> {
  id: number;
  request: Request;
}

/** The answer to a request, or its error. */
export type AnswerMessage<Answer> = { id: number; answer: Answer } | { id: number; error: PlainError };

/**
 * Calls to a Worker. `Answers` maps each kind of request to the type of its answer.
 *
 * ```ts ignore
 * const calls = new WorkerCalls<Request, { add: number }>(worker, "the adder");
 * const sum = await calls.call({ kind: "add", a: 1, b: 2 });
 * ```
 */
export class WorkerCalls<Request extends { kind: keyof Answers }, Answers> {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answers[keyof Answers]>>();
  #lastId = 0;
  #failure: Error | undefined;

  /** @param name what to call the Worker in errors, such as `the engine` */
  constructor(worker: Worker, name: string) {
    this.#worker = worker;
    this.#name = name;
    worker.onmessage = ({ data }: MessageEvent<AnswerMessage<Answers[keyof Answers]>>) => this.#settle(data);
    worker.onmessageerror = () => this.#end(new Error(`an answer of ${name} could not be read`));
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(`${name} stopped: ${event.message}`));
    };
  }

  /**
   * Sends a request and resolves with its answer. `moved` buffers are transferred instead of copied.
   *
   * @throws {Error} the error of the request, or, if the Worker has ended, the reason why.
   */
  async call<R extends Request>(request: R, moved: Transferable[] = []): Promise<Answers[R["kind"]]> {
    if (this.#failure) throw this.#failure;
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Answers[keyof Answers]>();
    this.#worker.postMessage({ id, request } satisfies CallMessage<Request>, moved);
    this.#waiting.set(id, waiting);
    return await waiting.promise as Answers[R["kind"]];
  }

  /**
   * Rejects pending calls at once and waits until the Worker has answered a last request. Returns whether it has: it
   * may have crashed or been closed.
   */
  async drain(last: Request): Promise<boolean> {
    this.#reject(this.#closed());
    return await this.call(last).then(() => true, () => false);
  }

  /** Terminates the Worker at once and rejects pending calls. */
  close(): void {
    this.#end(this.#closed());
  }

  #closed(): Error {
    return new Error(`${this.#name} has been closed`);
  }

  #settle(message: AnswerMessage<Answers[keyof Answers]>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message) waiting?.reject(fromPlain(message.error));
    else waiting?.resolve(message.answer);
  }

  #end(failure: Error): void {
    this.#failure ??= failure;
    this.#worker.terminate();
    this.#reject(this.#failure);
  }

  #reject(reason: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
  }
}
