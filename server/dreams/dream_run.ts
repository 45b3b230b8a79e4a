/** One dream while it is being made. */
import type { Logger } from "pino";
import type { FrameEvent, StartEvent } from "../../pipeline/run/events.ts";
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Limits } from "../options.ts";
import type { RenderedPicture, Rendering } from "../rendering/job.ts";
import type { Renderer } from "../rendering/renderer.ts";
import { checkLive } from "../uploads/settings.ts";
import type { DreamView, ParameterChange, Progress } from "./dream.ts";
import type { DreamFiles } from "./dream_files.ts";
import type { DreamUpdate, StoredDream } from "./dream_row.ts";
import type { DreamStore } from "./dream_store.ts";
import { exists, removeAll } from "./file_tools.ts";
import type { NewsHub } from "./news_hub.ts";
import { PlaylistWatch } from "./playlist_watch.ts";
import { PosterKeeper } from "./poster_keeper.ts";
import { settledWithin } from "../../pipeline/deadline.ts";
import { WorkLimits } from "./work_limits.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { asReverieError, bodyOf } from "../errors.ts";

/** Dependencies of a run. */
export interface RunContext {
  store: DreamStore;
  hub: NewsHub;
  renderer: Pick<Renderer, "render" | "held">;
  limits: Limits;
  log: Logger;
  files: DreamFiles;
  /** Returns the dream as clients see it now; throws if it was removed. */
  view: () => DreamView;
}

/** Reason for stopping a run on purpose. */
export class Stop extends Error {
  override readonly name = "Stop";

  /** @param kind `closing` leaves the dream to the server's next start */
  constructor(readonly kind: "cancelled" | "removed" | "closing") {
    super(kind);
  }
}

/** Minimum interval between progress writes to the database, in milliseconds. */
const writeInterval = 1000;

/** How long to wait before a dream's end is noted again, in milliseconds. */
const retryAfter = 2000;

/** How long a change request waits for its first frame before it is answered without one, in milliseconds. */
const changePatience = 2000;

/** Most changes of settings of one dream: each is kept, and repeated in every answer about the dream. */
const mostChanges = 1000;

/**
 * Renders a dream: publishes its news, stores its progress and pictures, forwards changes, enforces its
 * limits, and records how it ended.
 */
export class DreamRun {
  readonly id: string;
  /** Resolves once the run is over and recorded; never rejects. */
  readonly ended: Promise<void>;
  /** Current progress, newer than that in the database. */
  progress: Progress = { frames: 0 };
  readonly #context: RunContext;
  readonly #posters: PosterKeeper;
  readonly #log: Logger;
  readonly #work: WorkLimits;
  #rendering: Rendering | undefined;
  #stop: Stop | undefined;
  /** Settles when a run is stopped that waits to note its end. */
  #stopping: PromiseWithResolvers<void> | undefined;
  #written = -Infinity;
  #watched = false;
  #seeing = false;

  /** Starts the dream, which the store already marks as running. */
  constructor(dream: StoredDream, context: RunContext) {
    this.id = dream.id;
    this.#context = context;
    this.#log = context.log.child({ dream: dream.id });
    this.#posters = new PosterKeeper(
      context.files,
      () => this.#attempt(() => this.#note({ poster: true })),
      (error) => this.#log.warn({ err: error }, "the poster could not be kept"),
    );
    this.#work = new WorkLimits({
      limits: context.limits,
      resting: () => context.renderer.held,
      onExceeded: (error) => this.#rendering?.stop(error),
    });
    this.ended = this.#run(dream);
  }

  /**
   * Changes settings from the next frame on. Resolves with that frame's index, or null if it does not begin
   * within two seconds.
   *
   * @throws {ReverieError} if a setting is invalid or cannot change live, or the dream has ended
   */
  async change(
    parameters: SomeParameters,
  ): Promise<{ frame: number | null; parameters: SomeParameters }> {
    checkLive(parameters);
    if (!this.#rendering || this.#stop) throw new ReverieError("conflict", "the dream has ended");
    if (Object.keys(parameters).length === 0) return { frame: null, parameters };
    if (this.#context.store.changeCount(this.id) >= mostChanges) {
      const message = `a dream takes ${mostChanges} changes while it is made: ` +
        "make it again with the settings that you want";
      throw new ReverieError("conflict", message);
    }
    const number = this.#context.store.addChange(this.id, new Date().toISOString(), parameters);
    const begun = this.#begin(this.#rendering.change(parameters), number, parameters);
    begun.catch((error) => this.#log.info({ err: error }, "a change did not take effect"));
    return { frame: await settledWithin(begun, changePatience) ?? null, parameters };
  }

  /** Sets whether somebody watches source, flow and mask. */
  see(wanted: boolean): void {
    this.#watched = wanted;
    this.#updateSeeing();
  }

  /** To be called when the rendering begins or ends to rest. */
  rests(): void {
    this.#work.look();
  }

  /**
   * Stops the run. The first reason counts, except that `removed` overrides it, since a removed dream
   * publishes no more news.
   */
  stop(kind: Stop["kind"]): void {
    if (!this.#stop || kind === "removed") this.#stop = new Stop(kind);
    this.#rendering?.stop(this.#stop);
    this.#stopping?.resolve();
  }

  async #run(dream: StoredDream): Promise<void> {
    const { files } = this.#context;
    const playlist = new PlaylistWatch(files.playlist, () => this.#attempt(() => this.#tellPlaylist()));
    let outcome: { frames: number; seconds: number } | { error: unknown };
    try {
      this.#log.info({ name: dream.name }, "a dream begins");
      outcome = await this.#render(dream);
    } catch (error) {
      outcome = { error };
    }
    this.#work.stop();
    await playlist.stop();
    await this.#posters.settled();
    await this.#end(outcome).catch((error) => this.#log.error({ err: error }, "a dream's end is not noted"));
  }

  async #render(dream: StoredDream): Promise<{ frames: number; seconds: number }> {
    const { renderer, files, hub } = this.#context;
    const { from, duration, initial: parameters, preset, given } = dream;
    const job = {
      input: files.source,
      output: files.video,
      hls: files.hls,
      parameters,
      // A dream that restarts with the server keeps the network that its changes were made for.
      ...(dream.changes.length === 0 && { wish: { preset, given } }),
      changes: repeatable(dream.changes),
      ...(from !== undefined && { from }),
      ...(duration !== undefined && { duration }),
    };
    this.#rendering = renderer.render(job, {
      start: (event) => this.#attempt(() => this.#onStart(event)),
      frame: (event) => {
        this.#work.frames(event.index + 1);
        this.#attempt(() => this.#onFrame(event));
      },
      picture: (picture) => this.#attempt(() => this.#onPicture(picture)),
      download: (done, total) => this.#attempt(() => hub.publish(this.id, { type: "download", done, total })),
      warning: (message) => this.#attempt(() => this.#onWarning(message)),
    });
    return await this.#rendering.finished;
  }

  #onStart({ frames, provider, network, parameters }: StartEvent): void {
    this.#log.info({ frames, provider, network }, "the first frame is near");
    this.#posters.expect(frames);
    this.#note({ initial: parameters });
    if (frames !== undefined) this.progress = { ...this.progress, total: frames };
    this.#context.hub.publish(this.id, { type: "state", dream: this.#context.view() });
  }

  #onFrame({ index, pts, seconds, fps, eta, loss, motion, visible }: FrameEvent): void {
    const { total } = this.progress;
    const told = {
      frames: index + 1,
      seconds,
      fps,
      loss,
      motion,
      visible,
      ...(total !== undefined && { total }),
      ...(eta !== undefined && { eta }),
    };
    this.progress = told;
    this.#updateSeeing();
    this.#context.hub.publish(this.id, { type: "frame", index, pts, ...told });
    if (performance.now() - this.#written < writeInterval) return;
    this.#written = performance.now();
    this.#note({ progress: told });
  }

  #onPicture(picture: RenderedPicture): void {
    this.#posters.offer(picture);
    this.#updateSeeing();
    this.#context.hub.picture(this.id, picture);
  }

  #onWarning(message: string): void {
    this.#log.warn(message);
    this.#context.hub.publish(this.id, { type: "warning", message });
  }

  #tellPlaylist(): void {
    this.#note({ hls: true });
    const url = `/api/dreams/${this.id}/hls/index.m3u8`;
    this.#context.hub.publish(this.id, { type: "hls", url });
  }

  #updateSeeing(): void {
    const wanted = this.#watched || this.#posters.wantsSourceAfter(this.progress.frames - 1);
    if (wanted === this.#seeing) return;
    this.#seeing = wanted;
    this.#rendering?.see(wanted);
  }

  /** Waits for the first frame of a change and records it; drops the change if that frame never comes. */
  async #begin(first: Promise<number>, number: number, parameters: SomeParameters): Promise<number> {
    const { store, hub } = this.#context;
    try {
      const frame = await first;
      store.beginChange(number, frame);
      if (this.#stop?.kind !== "removed") hub.publish(this.id, { type: "change", frame, parameters });
      return frame;
    } catch (error) {
      // A change still pending when the server closes is applied at its next start.
      if (this.#stop?.kind !== "closing") store.dropChange(number);
      throw asReverieError(error);
    }
  }

  async #end(outcome: { frames: number; seconds: number } | { error: unknown }): Promise<void> {
    const { eta: _eta, ...progress } = this.progress;
    if (!("error" in outcome)) return await this.#done({ ...progress, ...counts(outcome) });
    if (!(outcome.error instanceof Stop)) return await this.#failed(outcome.error, progress);
    this.#log.info(`the dream was broken off: ${outcome.error.kind}`);
    if (outcome.error.kind === "closing") return this.#note({ progress: this.progress });
    await this.#close({ state: "cancelled", progress });
  }

  async #done(progress: Progress): Promise<void> {
    const size = await Deno.stat(this.#context.files.video).then(({ size }) => size, () => undefined);
    if (size === undefined) return await this.#failed(new Error("the video is not there"), progress);
    this.#log.info({ frames: progress.frames, seconds: progress.seconds }, "a dream is done");
    await this.#close({ state: "done", progress, bytes: size });
  }

  async #failed(error: unknown, progress: Progress): Promise<void> {
    this.#log.error({ err: error }, "a dream failed");
    const body = bodyOf(error);
    // The stream has the same frames, and the disk is full.
    if (body.code === "disk_full") await removeAll(this.#context.files.partial);
    await this.#close({ state: "failed", progress, error: body });
  }

  /** Records the end, then publishes it. */
  async #close(update: DreamUpdate): Promise<void> {
    const { files } = this.#context;
    this.progress = update.progress!;
    // Earlier updates may have failed.
    const there = { hls: await exists(files.playlist), poster: await exists(files.poster) };
    const end = { ...update, ...there, finished: new Date().toISOString() };
    try {
      this.#note(end);
    } catch (error) {
      this.#log.warn({ err: error }, "the database has no room: the unfinished video makes some");
      await removeAll(files.partial);
      await this.#noteAtLast(end);
    }
    this.#tellEnd();
  }

  /** Notes the end; as long as that fails, it is tried again, and the dream counts as running. */
  async #noteAtLast(end: DreamUpdate): Promise<void> {
    while (this.#stop?.kind !== "closing" && this.#stop?.kind !== "removed") {
      try {
        return this.#note(end);
      } catch (error) {
        this.#log.warn({ err: error }, "a dream's end is not noted; it is tried again");
        this.#stopping = Promise.withResolvers();
        await settledWithin(this.#stopping.promise, retryAfter);
      }
    }
  }

  #tellEnd(): void {
    const { store, hub, view } = this.#context;
    // A removal has already been published.
    if (!store.get(this.id)) return;
    const dream = view();
    if (dream.state === "done") hub.publish(this.id, { type: "done", dream });
    else if (dream.error) hub.publish(this.id, { type: "error", error: dream.error, dream });
    else hub.publish(this.id, { type: "state", dream });
    hub.end(this.id);
  }

  #note(update: DreamUpdate): void {
    this.#context.store.update(this.id, update);
  }

  /** Runs an action whose failure must not end the dream, such as a progress write on a full disk. */
  #attempt(act: () => void): void {
    if (this.#stop?.kind === "removed") return;
    try {
      act();
    } catch (error) {
      this.#log.warn({ err: error }, "a dream's news could not be kept");
    }
  }
}

/**
 * Returns the changes of an earlier run, sorted by the frames they began at. A change that was requested
 * later, during a repeated run, wins even if it began at an earlier frame.
 */
function repeatable(changes: readonly ParameterChange[]): { frame: number; parameters: SomeParameters }[] {
  const begun = changes.flatMap(({ frame, parameters }) => frame === null ? [] : [{ frame, parameters }]);
  return begun.map(({ frame, parameters }, index) => {
    const over = begun.slice(index + 1).filter((later) => later.frame <= frame);
    const holds = ([name]: [string, unknown]) => !over.some((later) => name in later.parameters);
    return { frame, parameters: Object.fromEntries(Object.entries(parameters).filter(holds)) };
  }).sort((a, b) => a.frame - b.frame);
}

function counts({ frames, seconds }: { frames: number; seconds: number }): Progress {
  return { frames, total: frames, seconds, ...(seconds > 0 && { fps: frames / seconds }) };
}
