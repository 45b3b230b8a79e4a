/** Makes dreams beside the thread that serves, so that HTTP never waits for the pipeline. */
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

/** How long {@link Renderer.close} waits for a dream to end in order, in milliseconds. */
const patience = 15_000;

/**
 * One Worker that renders one dream at a time, and beside it one preview or camera session, for which the rendering
 * rests between two frames. A Worker that crashes fails what it was at, and the next work gets a new one.
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
  /** What makes the rendering rest. */
  #guest: "preview" | "camera" | undefined;
  #held = false;
  #closed = false;

  constructor(options: RendererOptions = {}) {
    this.#options = options;
    this.#link = this.#newLink();
  }

  /** Whether the rendering rests, since a preview or the camera goes first. */
  get held(): boolean {
    return this.#held;
  }

  /** Calls the listener whenever {@link held} changes. */
  onHeld(listener: (held: boolean) => void): void {
    this.#heldListeners.add(listener);
  }

  /** Begins a dream. Throws a ReverieError where one is being rendered. */
  render(job: RenderJob, hooks: RenderHooks): Rendering {
    if (this.#rendering) throw new ReverieError("busy", "another dream is being rendered: wait for its end");
    const rendering = new RunningDream(this.#worker(), job, this.#options, hooks);
    this.#rendering = true;
    const over = () => this.#rendering = false;
    rendering.finished.then(over, over);
    return rendering;
  }

  /**
   * Dreams one frame, while the rendering rests. Rejected with a ReverieError, `busy` where another preview or the camera
   * is at it, or with the signal's reason.
   */
  async preview(job: PreviewJob, signal?: AbortSignal): Promise<PreviewResult> {
    signal?.throwIfAborted();
    const worker = this.#worker();
    this.#admit("preview");
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
   * Whether settings can be dreamed with: the network has their layers and channels, and the flow that they ask for can
   * be had. Rejected with a ReverieError `invalid_parameter` that names the setting where not.
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

  /** Fetches a network. Rejected with a ReverieError where it cannot be had. */
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
   * Opens a session that dreams a camera's pictures, scaled to cover `size`, while the rendering rests. Throws an
   * ReverieError, `busy` where a preview or another session is at it.
   */
  camera(wish: Wish, size: { width: number; height: number }, hooks: CameraHooks): RunningCamera {
    const worker = this.#worker();
    this.#admit("camera");
    const session = new RunningCamera(worker, { ...size, wish }, this.#options, hooks);
    const over = () => this.#guest = undefined;
    session.finished.then(over, over);
    return session;
  }

  /** Stops everything, each dream with its partial video in order, and ends the Worker. */
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

  #admit(guest: "preview" | "camera"): void {
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
    this.#guest = guest;
  }
}
