/** A rendering, on the server's main thread. */
import type { DoneEvent } from "../../pipeline/run/events.ts";
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import { ChangeAnswers } from "./change_answers.ts";
import type { RendererOptions, RenderHooks, Rendering, RenderJob } from "./job.ts";
import type { TaskReport } from "./messages.ts";
import type { TaskLink, TaskListener, WorkerLink } from "./worker_link.ts";
import type { ReverieError } from "../../pipeline/errors.ts";

/** Forwards the Worker's messages about a rendering to its hooks, and requests to the Worker. */
export class RunningDream implements Rendering, TaskListener {
  readonly #link: TaskLink;
  readonly #hooks: RenderHooks;
  readonly #changes = new ChangeAnswers();
  readonly #finished = Promise.withResolvers<DoneEvent>();
  #stopped: Error | undefined;

  constructor(
    worker: WorkerLink,
    job: RenderJob,
    options: RendererOptions,
    hooks: RenderHooks,
  ) {
    this.#hooks = hooks;
    this.#link = worker.begin({ kind: "render", job }, options, this);
    // A rejection that no caller handles must not end the process.
    this.#finished.promise.catch(() => {});
  }

  get finished(): Promise<DoneEvent> {
    return this.#finished.promise;
  }

  change(parameters: SomeParameters): Promise<number> {
    return this.#changes.ask(this.#link, parameters);
  }

  see(wanted: boolean): void {
    this.#link.instruct({ kind: "see", wanted });
  }

  stop(reason: Error): void {
    this.#stopped ??= reason;
    this.#link.instruct({ kind: "stop" });
  }

  report(report: TaskReport): void {
    try {
      this.#pass(report);
    } catch (error) {
      this.stop(error as Error);
    }
  }

  failed(error: ReverieError): void {
    this.#changes.end();
    this.#finished.reject(this.#stopped ?? error);
  }

  #pass(report: TaskReport): void {
    switch (report.kind) {
      case "start":
        return this.#hooks.start(report.event);
      case "frame":
        return this.#hooks.frame(report.event);
      case "rendered":
        return this.#hooks.picture(report.picture);
      case "download":
        return this.#hooks.download(report.done, report.total);
      case "warning":
        return this.#hooks.warning(report.line);
      case "applied":
      case "refused":
        return this.#changes.answer(report);
      case "finished":
        this.#changes.end();
        return this.#finished.resolve(report.result as DoneEvent);
    }
  }
}
