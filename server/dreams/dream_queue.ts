/** The queued dreams and the running one. */
import { settledWithin } from "../../pipeline/deadline.ts";
import type { Logger } from "pino";
import type { Limits } from "../options.ts";
import type { Renderer } from "../rendering/renderer.ts";
import type { DreamView } from "./dream.ts";
import type { DreamFiles } from "./dream_files.ts";
import type { StoredDream } from "./dream_row.ts";
import { DreamRun } from "./dream_run.ts";
import type { DreamStore } from "./dream_store.ts";
import { viewOf } from "./dream_view.ts";
import type { NewsHub } from "./news_hub.ts";
import { schedule } from "./schedule.ts";

/** Options of {@link DreamQueue}. */
export interface DreamQueueOptions {
  store: DreamStore;
  hub: NewsHub;
  renderer: Pick<Renderer, "render" | "held" | "onHeld">;
  limits: Limits;
  log: Logger;
  filesOf: (id: string) => DreamFiles;
  /** Called after a dream has ended. */
  onEnded: () => void;
}

/** Places of queued dreams, by id. */
type Places = ReturnType<typeof schedule>;

/** How long to wait before the queue is retried after a database error, in milliseconds. */
const retryAfter = 5_000;

/** How long to wait for a rendering to finish cleanly when the server closes, in milliseconds. */
const closePatience = 20_000;

/** Number of earlier dreams whose pace is used for estimates. */
const earlierDreams = 5;

/**
 * Renders queued dreams one at a time and estimates when each will start. The failure of one dream does not
 * stop the others.
 */
export class DreamQueue {
  readonly #options: DreamQueueOptions;
  /** Ids of dreams whose source, flow and mask pictures somebody watches. */
  readonly #seen = new Set<string>();
  #run: DreamRun | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: DreamQueueOptions) {
    this.#options = options;
    options.hub.onSee((id, wanted) => {
      if (wanted) this.#seen.add(id);
      else this.#seen.delete(id);
      this.runOf(id)?.see(wanted);
    });
    options.renderer.onHeld(() => {
      this.#run?.rests();
      if (this.#run && !this.#closed) this.tellState(this.#run.id);
    });
  }

  /** Returns the run of a dream; undefined if it is not running. */
  runOf(id: string): DreamRun | undefined {
    return this.#run?.id === id ? this.#run : undefined;
  }

  /** Starts the next dream unless one is running. */
  next(): void {
    if (this.#closed || this.#run) return;
    const dream = this.#claim();
    if (!dream) return;
    const { store, hub, renderer, limits, log, filesOf } = this.#options;
    const { id } = dream;
    const view = () => this.#view(id);
    const run = new DreamRun(dream, { store, hub, renderer, limits, log, files: filesOf(id), view });
    this.#run = run;
    if (this.#seen.has(id)) run.see(true);
    this.tellState(id);
    this.tellWaiting();
    run.ended.then(() => {
      this.#run = undefined;
      this.#seen.delete(id);
      this.#options.onEnded();
      this.next();
    });
  }

  /** Returns the places of queued dreams and their estimated starts. */
  places(): Places {
    const { store } = this.#options;
    const waiting = store.waiting();
    if (waiting.length === 0) return new Map();
    const run = this.#run;
    const running = run && store.get(run.id);
    return schedule({
      waiting,
      running: running && { ...running, progress: run.progress },
      earlier: store.lastDone(earlierDreams),
      now: Date.now(),
    });
  }

  /** Returns a dream as clients see it. */
  view(dream: StoredDream, places: Places = dream.state === "queued" ? this.places() : new Map()): DreamView {
    const place = places.get(dream.id);
    const run = dream.state === "running" ? this.runOf(dream.id) : undefined;
    const paused = run !== undefined && this.#options.renderer.held;
    const newest = run ? { ...dream, progress: run.progress } : dream;
    return viewOf(newest, { ...(place && { queue: place }), ...(paused && { paused }) });
  }

  /** Publishes a dream's state to its viewers. */
  tellState(id: string): void {
    if (!this.#options.store.get(id)) return;
    this.#options.hub.publish(id, { type: "state", dream: this.#view(id) });
  }

  /** Publishes the state of the queued dreams after they have moved up. */
  tellWaiting(): void {
    const places = this.places();
    for (const dream of this.#options.store.waiting()) {
      this.#options.hub.publish(dream.id, { type: "state", dream: this.view(dream, places) });
    }
  }

  /** Stops the rendering; it resumes at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#run?.stop("closing");
    if (this.#run) await settledWithin(this.#run.ended, closePatience);
  }

  #claim(): StoredDream | undefined {
    clearTimeout(this.#retry);
    try {
      return this.#options.store.claim(new Date().toISOString());
    } catch (error) {
      this.#options.log.error({ err: error }, "the queue cannot go on; it is tried again");
      this.#retry = setTimeout(() => this.next(), retryAfter);
      return undefined;
    }
  }

  #view(id: string): DreamView {
    return this.view(this.#options.store.get(id)!);
  }
}
