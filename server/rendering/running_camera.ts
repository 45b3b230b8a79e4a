/** A camera session, on the thread that serves. */
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import { ChangeAnswers } from "./change_answers.ts";
import type { CameraHooks, CameraSession, RendererOptions } from "./job.ts";
import type { CameraJob, DreamedPicture, TaskReport } from "./messages.ts";
import type { TaskLink, TaskListener, WorkerLink } from "./worker_link.ts";
import type { ReverieError } from "../../pipeline/errors.ts";

/** A picture of the camera. */
interface Picture {
  frame: number;
  jpeg: Uint8Array<ArrayBuffer>;
  /** When it came, in milliseconds. */
  at: number;
}

/** Keeps the newest picture until the Worker wants one, and counts those that were dropped for it. */
export class RunningCamera implements CameraSession, TaskListener {
  readonly #link: TaskLink;
  readonly #hooks: CameraHooks;
  readonly #changes = new ChangeAnswers();
  readonly #finished = Promise.withResolvers<void>();
  /** When the pictures came that are being dreamed, by number. */
  readonly #underWay = new Map<number, number>();
  #waiting: Picture | undefined;
  #wanted = false;
  #dropped = 0;
  #closed = false;

  constructor(
    worker: WorkerLink,
    job: CameraJob,
    options: RendererOptions,
    hooks: CameraHooks,
  ) {
    this.#hooks = hooks;
    this.#link = worker.begin({ kind: "camera", job }, options, this);
    this.#finished.promise.catch(() => {});
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** The picture's buffer is handed over: it must not be used any more. */
  push(frame: number, jpeg: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    if (this.#waiting) this.#dropped++;
    this.#waiting = { frame, jpeg, at: performance.now() };
    this.#handOver();
  }

  /** Resolves with the first frame made with the change; rejected with a ReverieError where it is refused. */
  change(parameters: SomeParameters): Promise<number> {
    return this.#changes.ask(this.#link, parameters);
  }

  close(): void {
    this.#closed = true;
    this.#waiting = undefined;
    this.#link.instruct({ kind: "stop" });
  }

  report(report: TaskReport): void {
    switch (report.kind) {
      case "opened":
        if (!this.#closed) this.#hooks.start(report);
        break;
      case "wanted":
        this.#wanted = true;
        this.#handOver();
        break;
      case "dreamed":
        if (!this.#closed) this.#tell(report.frame);
        break;
      case "applied":
      case "refused":
        this.#changes.answer(report);
        break;
      case "finished":
        this.#changes.end();
        this.#finished.resolve();
        break;
    }
  }

  failed(error: ReverieError): void {
    this.#changes.end();
    if (this.#closed) this.#finished.resolve();
    else this.#finished.reject(error);
  }

  #handOver(): void {
    if (!this.#wanted || !this.#waiting) return;
    const { frame, jpeg, at } = this.#waiting;
    this.#waiting = undefined;
    this.#wanted = false;
    this.#underWay.set(frame, at);
    // What is only a part of its buffer cannot be handed over.
    const whole = jpeg.byteLength === jpeg.buffer.byteLength ? jpeg : jpeg.slice();
    this.#link.instruct({ kind: "picture", frame, jpeg: whole }, [whole.buffer]);
  }

  #tell(picture: DreamedPicture): void {
    const milliseconds = performance.now() - (this.#underWay.get(picture.frame) ?? performance.now());
    for (const frame of this.#underWay.keys()) if (frame <= picture.frame) this.#underWay.delete(frame);
    this.#hooks.frame({ ...picture, milliseconds, dropped: this.#dropped });
  }
}
