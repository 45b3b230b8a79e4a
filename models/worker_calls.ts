/** Requests to a Worker, each answered once; `worker_answers.ts` is the Worker's side. */

/** A request under its number. */
export interface CallMessage<Request> {
  id: number;
  request: Request;
}

/** Its answer, or the error that came instead. */
export type AnswerMessage<Answer> = { id: number; answer: Answer } | { id: number; error: Error };

/**
 * Calls to a Worker. `Answers` says which answer belongs to which kind of request.
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

  /** @param name what the Worker is called in errors, as in `the engine`. */
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
   * The answer to a request. `moved` buffers are handed over instead of copied.
   *
   * @throws {Error} what the request fails with; after the Worker's end, why it has ended.
   */
  async call<R extends Request>(request: R, moved: Transferable[] = []): Promise<Answers[R["kind"]]> {
    if (this.#failure) throw this.#failure;
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<Answers[keyof Answers]>();
    this.#worker.postMessage({ id, request } satisfies CallMessage<Request>, moved);
    this.#waiting.set(id, waiting);
    return await waiting.promise as Answers[R["kind"]];
  }

  /** Rejects what is under way at once, waits until the Worker has answered a last request, and ends it. */
  async finish(last: Request): Promise<void> {
    this.#reject(this.#closed());
    const answered = this.call(last);
    this.#failure ??= this.#closed();
    // Nothing is left of a Worker that has crashed or been closed.
    await answered.catch(() => {});
    this.close();
  }

  /** Ends the Worker at once; what is under way is rejected. */
  close(): void {
    this.#end(this.#closed());
  }

  #closed(): Error {
    return new Error(`${this.#name} has been closed`);
  }

  #settle(message: AnswerMessage<Answers[keyof Answers]>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message) waiting?.reject(message.error);
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
