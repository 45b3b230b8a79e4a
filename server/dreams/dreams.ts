/** The server's dreams: creates, lists, changes, renders and removes them. */
import { join, resolve } from "node:path";
import type { Logger } from "pino";
import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { Limits } from "../options.ts";
import type { Renderer } from "../rendering/renderer.ts";
import { cleanName } from "../uploads/names.ts";
import { repeatedSettings, waitingChange } from "./changed_settings.ts";
import { checkOf } from "./checked_settings.ts";
import { Cleaner } from "./cleaner.ts";
import type { DreamStatus, DreamView, SourceFacts } from "./dream.ts";
import { type DreamFiles, dreamFiles, isDreamId, newDreamId } from "./dream_files.ts";
import { DreamQueue } from "./dream_queue.ts";
import { DreamStore } from "./dream_store.ts";
import type { NewDream, StoredDream } from "./dream_row.ts";
import { viewOf } from "./dream_view.ts";
import { linkOrCopy, moveFile, removeAll } from "./file_tools.ts";
import type { NewsHub } from "./news_hub.ts";
import { reconcile } from "./reconcile.ts";
import { Removals } from "./removals.ts";
import { settledWithin } from "../../pipeline/deadline.ts";
import { reasonOf, ReverieError, wrongUsage } from "../../pipeline/errors.ts";
import { asReverieError } from "../errors.ts";

/** Options of {@link Dreams.open}. */
export interface DreamsOptions {
  /** Folder of the database and the dreams; created if missing. */
  data: string;
  limits: Limits;
  renderer: Pick<Renderer, "render" | "check" | "held" | "onHeld">;
  hub: NewsHub;
  /** Removes dreams that ended more than this many days ago. */
  keepDays?: number;
  /** Removes the oldest ended dreams once all dreams take more bytes than this. */
  quota?: number;
  log: Logger;
}

/** Input of a new dream. */
export interface NewDreamInput {
  /** The upload; moved into the dream's folder, or removed if the dream is refused. */
  file: string;
  /** Its name for display. */
  name: string;
  facts: SourceFacts;
  preset?: string;
  /** The settings that the user named. */
  given: SomeParameters;
  /** All settings. */
  parameters: Parameters;
  /** Part of the source, start and length in seconds. */
  from?: number;
  duration?: number;
}

/** How long a request waits for a rendering to stop, in milliseconds. */
const stopPatience = 10_000;

/**
 * Keeps each dream in a database row and a folder, and renders queued dreams one at a time. The failure of
 * one dream does not stop the others. Methods that take an id throw a ReverieError `not_found` if no dream
 * has it.
 */
export class Dreams {
  readonly #options: DreamsOptions;
  readonly #root: string;
  readonly #store: DreamStore;
  readonly #cleaner: Cleaner;
  readonly #queue: DreamQueue;
  readonly #removals: Removals;
  /** Number of dreams that are about to be stored and already count towards the queue. */
  #entering = 0;
  #closed = false;

  private constructor(options: DreamsOptions, root: string, store: DreamStore) {
    this.#options = options;
    this.#root = root;
    this.#store = store;
    const filesOf = (id: string) => dreamFiles(root, id);
    this.#removals = new Removals({ store, filesOf, log: options.log });
    this.#cleaner = new Cleaner({
      ended: () => store.ended(),
      folders: () => store.ids().map((id) => ({ id, folder: filesOf(id).folder })),
      remove: (id) => this.remove(id).catch(ignoreNotFound),
      keepDays: options.keepDays,
      quota: options.quota,
      log: options.log,
    });
    this.#queue = new DreamQueue({
      ...options,
      store,
      filesOf: (id) => this.#files(id),
      onEnded: () => {
        store.fillReserve();
        this.#cleaner.start();
      },
    });
    options.hub.setStateSource((id) => this.get(id));
    this.#queue.next();
    this.#cleaner.start();
  }

  /**
   * Opens the dreams of a data folder and resumes the queue. A dream that was running when the server ended
   * comes first and is rendered from the start.
   *
   * @throws {ReverieError} if the folder or the database cannot be used
   */
  static async open(options: DreamsOptions): Promise<Dreams> {
    const data = resolve(options.data);
    const root = join(data, "dreams");
    await makeFolder(root);
    const store = new DreamStore(join(data, "reverie.sqlite"));
    try {
      await reconcile(store, { root, filesOf: (id) => dreamFiles(root, id), log: options.log });
    } catch (error) {
      store.close();
      throw error;
    }
    return new Dreams(options, root, store);
  }

  /**
   * Queues a dream of an upload. The upload is removed if this fails.
   *
   * @throws {ReverieError} `queue_full` or `disk_full`, or if a named setting cannot be used
   */
  async create(input: NewDreamInput): Promise<DreamView> {
    const { file, name, facts, parameters, preset, given, from, duration } = input;
    try {
      return await this.#enter(
        {
          ...{ name: cleanName(name), source: facts, given, initial: parameters },
          ...(preset !== undefined && { preset }),
          ...(from !== undefined && { from }),
          ...(duration !== undefined && { duration }),
        },
        (source) => moveFile(file, source),
      );
    } catch (error) {
      await removeAll(file);
      throw error;
    }
  }

  /**
   * Queues a new dream of the same source with the old dream's settings, overridden by those in `wish.given`;
   * a new preset replaces all the old settings.
   *
   * @throws {ReverieError} if the queue is full, the source is gone, or a named setting cannot be used
   */
  async again(
    id: string,
    wish: { preset?: string; given: SomeParameters } = { given: {} },
  ): Promise<DreamView> {
    const old = this.#stored(id);
    const { preset, given, initial } = repeatedSettings(old, wish);
    return await this.#enter(
      {
        ...{ name: old.name, source: old.source, given, initial },
        ...(preset !== undefined && { preset }),
        ...(old.from !== undefined && { from: old.from }),
        ...(old.duration !== undefined && { duration: old.duration }),
      },
      async (source) => {
        await linkOrCopy(this.#files(id).source, source).catch(sourceGone);
      },
    );
  }

  /** Returns all dreams, newest first. */
  list(): DreamView[] {
    this.#checkOpen();
    const places = this.#queue.places();
    return this.#store.list().map((dream) => this.#queue.view(dream, places));
  }

  get(id: string): DreamView {
    return this.#queue.view(this.#stored(id));
  }

  /**
   * Changes settings: any setting of a queued dream; only live settings of a running one, from the next frame
   * on. `frame` is that frame's index; null if it has not begun within two seconds, for example before the
   * start or while the rendering is paused.
   *
   * @throws {ReverieError} `invalid_parameter`, or `conflict` if the dream has ended
   */
  async change(
    id: string,
    parameters: SomeParameters,
  ): Promise<{ frame: number | null; parameters: SomeParameters }> {
    const waiting = this.#stored(id);
    if (waiting.state === "queued") {
      await this.#check(parameters, waitingChange(waiting, parameters).initial, waiting.source);
    }
    // The dream may have started meanwhile.
    const dream = this.#stored(id);
    if (dream.state === "queued") return this.#changeWaiting(dream, parameters);
    const run = this.#queue.runOf(id);
    if (dream.state === "running" && run) return await run.change(parameters);
    throw new ReverieError("conflict", "the dream has ended: make it again with other settings");
  }

  /**
   * Cancels a dream.
   *
   * @throws {ReverieError} `conflict` if it has already ended otherwise
   */
  async cancel(id: string): Promise<DreamView> {
    const { state } = this.#stored(id);
    const run = this.#queue.runOf(id);
    if (run) {
      run.stop("cancelled");
      await settledWithin(run.ended, stopPatience);
    } else if (state === "queued" || state === "running") {
      this.#store.update(id, { state: "cancelled", finished: new Date().toISOString() });
      this.#queue.tellState(id);
      this.#options.hub.end(id);
      this.#queue.tellWaiting();
      this.#cleaner.start();
    } else if (state !== "cancelled") {
      throw new ReverieError("conflict", `the dream has ended already: it is ${state}`);
    }
    return this.get(id);
  }

  /** Removes a dream and all its files, even while it runs. */
  async remove(id: string): Promise<void> {
    const dream = this.#stored(id);
    const run = this.#queue.runOf(id);
    await this.#removals.forget(id);
    if (dream.state === "queued" || dream.state === "running") {
      this.#options.hub.publish(id, { type: "state", dream: viewOf({ ...dream, state: "cancelled" }) });
    }
    this.#options.hub.end(id);
    if (dream.state === "queued") this.#queue.tellWaiting();
    run?.stop("removed");
    await settledWithin(this.#removals.removeFolder(id, run?.ended), stopPatience);
  }

  /** Returns the paths of a dream's files. Its state and links tell which of them exist. */
  files(id: string): DreamFiles {
    return this.#files(this.#stored(id).id);
  }

  /** Returns the number of dreams in each state. */
  counts(): Record<DreamStatus, number> {
    this.#checkOpen();
    return this.#store.counts();
  }

  /** Number of queued dreams. */
  get queueLength(): number {
    return this.counts().queued + this.#entering;
  }

  /** Returns the bytes that all dreams take. */
  async diskUsage(): Promise<number> {
    this.#checkOpen();
    return await this.#cleaner.usage();
  }

  /** Stops the rendering, which resumes at the next start, and closes the database. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.close();
    await this.#cleaner.close();
    await this.#removals.settled();
    this.#store.close();
  }

  /** Creates a dream's folder, then its row: a folder without a row is removed at the next start. */
  async #enter(
    dream: Omit<NewDream, "id" | "created">,
    bring: (source: string) => Promise<void>,
  ): Promise<DreamView> {
    this.checkRoom();
    const id = newDreamId();
    const { folder, source } = this.#files(id);
    this.#entering++;
    try {
      await Deno.mkdir(folder);
      await this.#check(dream.given, dream.initial, dream.source);
      await bring(source);
      if (this.#closed) throw closing();
      this.#store.insert({ ...dream, id, created: new Date().toISOString() });
    } catch (error) {
      await removeAll(folder);
      throw asReverieError(error);
    } finally {
      this.#entering--;
    }
    this.#queue.next();
    this.#cleaner.start();
    return this.get(id);
  }

  /**
   * Checks that the queue has room for another dream.
   *
   * @throws {ReverieError} `queue_full` if it has none, `busy` if the server is closing
   */
  checkRoom(): void {
    if (this.#closed) throw closing();
    const { queue } = this.#options.limits;
    if (this.queueLength < queue) return;
    throw new ReverieError(
      "queue_full",
      `${queue} dreams wait already: come back when some of them are done`,
      { retryAfter: 60 },
    );
  }

  /**
   * Refuses settings that the user named and that are unavailable: layers, channels, and RAFT's weights and
   * memory.
   */
  async #check(named: SomeParameters, parameters: Parameters, source: SourceFacts): Promise<void> {
    const check = checkOf(named, parameters, source);
    if (check) await this.#options.renderer.check(check);
  }

  #changeWaiting(
    dream: StoredDream,
    parameters: SomeParameters,
  ): { frame: null; parameters: SomeParameters } {
    this.#store.update(dream.id, waitingChange(dream, parameters));
    this.#queue.tellState(dream.id);
    return { frame: null, parameters };
  }

  /**
   * Throws a ReverieError if the database is closed, as for a request that arrives while the server closes.
   */
  #checkOpen(): void {
    if (!this.#store.open) throw closing();
  }

  #stored(id: string): StoredDream {
    this.#checkOpen();
    const dream = isDreamId(id) ? this.#store.get(id) : undefined;
    if (!dream) {
      throw new ReverieError("not_found", "there is no such dream: GET /api/dreams lists those there are");
    }
    return dream;
  }

  #files(id: string): DreamFiles {
    return dreamFiles(this.#root, id);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    const reason = reasonOf(cause);
    throw wrongUsage(`${path} cannot be made: ${reason}; give another --data`, { cause });
  }
}

function closing(): ReverieError {
  return new ReverieError("busy", "the server is closing: try again later", { retryAfter: 30 });
}

function sourceGone(error: unknown): never {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  throw new ReverieError("conflict", "the source of the dream is gone: upload it again");
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof ReverieError && error.code === "not_found")) throw error;
}
