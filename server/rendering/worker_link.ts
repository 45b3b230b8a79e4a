/** The main thread's connection to the renderer's Worker. */
import { settledWithin } from "../../pipeline/deadline.ts";
import { fromPlain, ReverieError } from "../../pipeline/errors.ts";
import type { RendererOptions } from "./job.ts";
import type { Beginning, Command, Instruction, Report, TaskReport } from "./messages.ts";

/** Receives a task's messages until it has ended. */
export interface TaskListener {
  report(report: TaskReport): void;
  /** Called last, once, if the task failed. */
  failed(error: ReverieError): void;
}

/** A task that runs in the Worker. */
export interface TaskLink {
  /**
   * Sends an instruction; `moved` buffers are transferred instead of copied. Does nothing once the task has
   * ended.
   */
  instruct(instruction: Instruction, moved?: Transferable[]): void;
}

/** A Worker until it is closed or crashes; a new link then replaces this one. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #listeners = new Map<number, TaskListener>();
  readonly #onHeld: (held: boolean) => void;
  #last = 0;
  #open = true;
  #allEnded: PromiseWithResolvers<void> | undefined;

  /** @param onHeld called with true when a rendering pauses for other work and with false when it resumes */
  constructor(onHeld: (held: boolean) => void) {
    this.#onHeld = onHeld;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "renderer" });
    this.#worker.onmessage = ({ data }: MessageEvent<Report>) => this.#receive(data);
    this.#worker.onmessageerror = () => this.#crash("what it said could not be read");
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#crash(event.message);
    };
  }

  /** Whether the Worker is running. */
  get open(): boolean {
    return this.#open;
  }

  /** Starts a task. */
  begin(beginning: Beginning, options: RendererOptions, listener: TaskListener): TaskLink {
    const task = ++this.#last;
    this.#listeners.set(task, listener);
    this.#post({ ...beginning, task, options });
    return {
      instruct: (instruction, moved) => {
        if (this.#listeners.has(task)) this.#post({ ...instruction, task }, moved);
      },
    };
  }

  /** Stops all tasks, waits for them to end (at most `patience` milliseconds), and ends the Worker. */
  async close(patience: number): Promise<void> {
    for (const task of this.#listeners.keys()) this.#post({ kind: "stop", task });
    if (this.#listeners.size > 0) {
      this.#allEnded = Promise.withResolvers();
      await settledWithin(this.#allEnded.promise, patience);
    }
    this.#end(new ReverieError("internal", "the server has been closed"));
  }

  #post(command: Command, moved: Transferable[] = []): void {
    if (this.#open) this.#worker.postMessage(command, moved);
  }

  #receive(report: Report): void {
    if (report.kind === "held") return this.#onHeld(report.held);
    const listener = this.#listeners.get(report.task);
    if (!listener) return;
    if (report.kind === "finished" || report.kind === "failed") this.#forget(report.task);
    if (report.kind === "failed") listener.failed(fromPlain(report.error) as ReverieError);
    else listener.report(report);
  }

  #forget(task: number): void {
    this.#listeners.delete(task);
    if (this.#listeners.size === 0) this.#allEnded?.resolve();
  }

  #crash(reason: string): void {
    const message = "the renderer has stopped; the server's log says why. Start the dream again";
    this.#end(
      new ReverieError("internal", message, { cause: new Error(`the renderer's Worker: ${reason}`) }),
    );
  }

  #end(error: ReverieError): void {
    this.#open = false;
    this.#worker.terminate();
    this.#onHeld(false);
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    this.#allEnded?.resolve();
    for (const listener of listeners) listener.failed(error);
  }
}
