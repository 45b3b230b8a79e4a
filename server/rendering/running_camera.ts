/** A camera session, on the server's main thread. */
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
  /** Time of arrival in milliseconds. */
  at: number;
}

/** Keeps the newest picture until the Worker requests one, and counts the pictures dropped in between. */
export class RunningCamera implements CameraSession, TaskListener {
  readonly #link: TaskLink;
  readonly #hooks: CameraHooks;
  readonly #changes = new ChangeAnswers();
  readonly #finished = Promise.withResolvers<void>();
  /** Arrival times of the pictures being dreamed, by number. */
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

  /** Transfers the picture's buffer, which must not be used afterwards. */
  push(frame: number, jpeg: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    if (this.#waiting) this.#dropped++;
    this.#waiting = { frame, jpeg, at: performance.now() };
    this.#handOver();
  }

  /**
   * Changes settings and resolves with the first frame made with the change.
   *
   * @throws {ReverieError} if the change is refused or the session has ended
   */
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
    // A view of part of a buffer cannot be transferred.
    const whole = jpeg.byteLength === jpeg.buffer.byteLength ? jpeg : jpeg.slice();
    this.#link.instruct({ kind: "picture", frame, jpeg: whole }, [whole.buffer]);
  }

  #tell(picture: DreamedPicture): void {
    const milliseconds = performance.now() - (this.#underWay.get(picture.frame) ?? performance.now());
    for (const frame of this.#underWay.keys()) if (frame <= picture.frame) this.#underWay.delete(frame);
    this.#hooks.frame({ ...picture, milliseconds, dropped: this.#dropped });
  }
}
