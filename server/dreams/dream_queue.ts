/** The dreams that wait and the one that is made. */
import { settledWithin } from "../../models/deadline.ts";
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
  /** Called when a dream has ended. */
  onEnded: () => void;
}

/** Places of those that wait, by their ids. */
type Places = ReturnType<typeof schedule>;

/** How long to wait before the queue is tried again after the database refused, in milliseconds. */
const retryAfter = 5_000;

/** How long to wait for a rendering to end in order when the server closes, in milliseconds. */
const closePatience = 20_000;

/** Earlier dreams whose pace tells that of those to come. */
const earlierDreams = 5;

/** Renders those that wait, one at a time, and knows when each will begin. No failure of a dream stops the others. */
export class DreamQueue {
  readonly #options: DreamQueueOptions;
  /** Dreams whose pictures of source, flow and mask somebody wants. */
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
      if (this.#run && !this.#closed) this.tellState(this.#run.id);
    });
  }

  /** The run of a dream that is being made. */
  runOf(id: string): DreamRun | undefined {
    return this.#run?.id === id ? this.#run : undefined;
  }

  /** Begins the next dream unless one is being made. */
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

  /** Places of those that wait, and when each will begin. */
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

  /** A dream as clients see it. */
  view(dream: StoredDream, places: Places = dream.state === "queued" ? this.places() : new Map()): DreamView {
    const place = places.get(dream.id);
    const run = dream.state === "running" ? this.runOf(dream.id) : undefined;
    const paused = run !== undefined && this.#options.renderer.held;
    const newest = run ? { ...dream, progress: run.progress } : dream;
    return viewOf(newest, { ...(place && { queue: place }), ...(paused && { paused }) });
  }

  /** Tells a dream's state to those who watch it. */
  tellState(id: string): void {
    if (!this.#options.store.get(id)) return;
    this.#options.hub.publish(id, { type: "state", dream: this.#view(id) });
  }

  /** Tells those that wait, since they have moved up. */
  tellWaiting(): void {
    const places = this.places();
    for (const dream of this.#options.store.waiting()) {
      this.#options.hub.publish(dream.id, { type: "state", dream: this.view(dream, places) });
    }
  }

  /** Ends the rendering, which goes on at the next start. */
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
