/** Renders dreams off the server's main thread, so that HTTP never waits for the pipeline. */
import type { Wish } from "../../pipeline/settings/settle.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type {
  CameraHooks,
  CheckJob,
  FetchJob,
  PreviewJob,
  PreviewResult,
  RendererOptions,
  RenderHooks,
  Rendering,
  RenderJob,
} from "./job.ts";
import type { TaskReport } from "./messages.ts";
import { RunningCamera } from "./running_camera.ts";
import { RunningDream } from "./running_dream.ts";
import { WorkerLink } from "./worker_link.ts";

/** How long {@link Renderer.close} waits for a dream to finish cleanly, in milliseconds. */
const patience = 15_000;

/**
 * One Worker that renders one dream at a time and, alongside it, one preview or camera session, for which the
 * rendering pauses between two frames. If the Worker crashes, its current tasks fail and the next task gets a
 * new Worker.
 *
 * ```ts ignore
 * const renderer = new Renderer();
 * const rendering = renderer.render(job, hooks);
 * const { frames } = await rendering.finished;
 * await renderer.close();
 * ```
 */
export class Renderer {
  readonly #options: RendererOptions;
  readonly #heldListeners = new Set<(held: boolean) => void>();
  #link: WorkerLink;
  #rendering = false;
  /** The task for which the rendering pauses. */
  #guest: "preview" | "camera" | undefined;
  #held = false;
  #closed = false;

  constructor(options: RendererOptions = {}) {
    this.#options = options;
    this.#link = this.#newLink();
  }

  /** Whether the rendering is paused because a preview or the camera goes first. */
  get held(): boolean {
    return this.#held;
  }

  /** Calls the listener whenever {@link held} changes. */
  onHeld(listener: (held: boolean) => void): void {
    this.#heldListeners.add(listener);
  }

  /**
   * Starts a dream.
   *
   * @throws {ReverieError} `busy` if a dream is already being rendered or the renderer is closed
   */
  render(job: RenderJob, hooks: RenderHooks): Rendering {
    if (this.#rendering) throw new ReverieError("busy", "another dream is being rendered: wait for its end");
    const rendering = new RunningDream(this.#worker(), job, this.#options, hooks);
    this.#rendering = true;
    const over = () => this.#rendering = false;
    rendering.finished.then(over, over);
    return rendering;
  }

  /**
   * Dreams one frame while the rendering is paused. Rejects with the signal's reason when the signal aborts.
   *
   * @throws {ReverieError} if the frame cannot be dreamed; `busy` if another preview or the camera is running
   */
  async preview(job: PreviewJob, signal?: AbortSignal): Promise<PreviewResult> {
    signal?.throwIfAborted();
    const worker = this.#worker();
    this.checkFree();
    this.#guest = "preview";
    const result = Promise.withResolvers<PreviewResult>();
    const link = worker.begin({ kind: "preview", job }, this.#options, {
      report: (report: TaskReport) => {
        if (report.kind === "finished") result.resolve(report.result as PreviewResult);
      },
      failed: (error) => result.reject(signal?.aborted ? signal.reason : error),
    });
    const stop = () => link.instruct({ kind: "stop" });
    signal?.addEventListener("abort", stop);
    try {
      return await result.promise;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#guest = undefined;
    }
  }

  /**
   * Checks whether settings can be dreamed with: the network has their layers and channels, and the optical
   * flow that they request is available.
   *
   * @throws {ReverieError} `invalid_parameter`, with the name of the setting
   */
  async check(job: CheckJob): Promise<void> {
    const checked = Promise.withResolvers<void>();
    this.#worker().begin({ kind: "check", job }, this.#options, {
      report: (report) => {
        if (report.kind === "finished") checked.resolve();
      },
      failed: checked.reject,
    });
    await checked.promise;
  }

  /**
   * Fetches a network. `onProgress` receives the bytes so far and in total.
   *
   * @throws {ReverieError} if it cannot be fetched
   */
  async fetch(job: FetchJob, onProgress: (done: number, total: number) => void): Promise<void> {
    const fetched = Promise.withResolvers<void>();
    this.#worker().begin({ kind: "fetch", job }, this.#options, {
      report: (report) => {
        if (report.kind === "download") onProgress(report.done, report.total);
        if (report.kind === "finished") fetched.resolve();
      },
      failed: fetched.reject,
    });
    await fetched.promise;
  }

  /**
   * Opens a session that dreams a camera's pictures, scaled to cover `size` in pixels, while the rendering is
   * paused.
   *
   * @throws {ReverieError} `busy` if a preview or another session is running or the renderer is closed
   */
  camera(wish: Wish, size: { width: number; height: number }, hooks: CameraHooks): RunningCamera {
    const worker = this.#worker();
    this.checkFree();
    this.#guest = "camera";
    const session = new RunningCamera(worker, { ...size, wish }, this.#options, hooks);
    const over = () => this.#guest = undefined;
    session.finished.then(over, over);
    return session;
  }

  /**
   * Checks that neither a preview nor the camera is running, as before the upload for a preview is received.
   *
   * @throws {ReverieError} `busy` if one is
   */
  checkFree(): void {
    if (this.#guest === "camera") {
      throw new ReverieError("busy", "the camera is being dreamed: end that first, or try again later", {
        retryAfter: 10,
      });
    }
    if (this.#guest === "preview") {
      throw new ReverieError("busy", "another frame is being tried: try again in a moment", {
        retryAfter: 5,
      });
    }
  }

  /** Stops all tasks and the Worker; a dream in progress first completes its partial video. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#link.close(patience);
  }

  #worker(): WorkerLink {
    if (this.#closed) throw new ReverieError("busy", "the server is closing: try again later");
    if (!this.#link.open) this.#link = this.#newLink();
    return this.#link;
  }

  #newLink(): WorkerLink {
    return new WorkerLink((held) => this.#tellHeld(held));
  }

  #tellHeld(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    for (const listener of this.#heldListeners) listener(held);
  }
}
