import type { Logger } from "pino";
import { type FolderUsage, folderUsage, totalUsage } from "./disk_usage.ts";

/** How often dreams are looked through, in milliseconds. */
const interval = 3600_000;

const day = 24 * 3600_000;

/** Options of {@link Cleaner}. */
export interface CleanerOptions {
  /** Ids of the dreams that have ended and when, oldest end first; `folders` has those of all dreams. */
  ended: () => { id: string; finished: string }[];
  folders: () => { id: string; folder: string }[];
  remove: (id: string) => Promise<void>;
  keepDays?: number | undefined;
  quota?: number | undefined;
  log: Logger;
}

/**
 * Removes dreams that ended too long ago and, while all dreams take more than the quota, the one that ended first.
 * The one that ended last stays whatever it takes, so that a small quota does not remove what has just been made.
 */
export class Cleaner {
  readonly #options: CleanerOptions;
  /** The folders of ended dreams, which change no more. */
  readonly #measured = new Map<string, FolderUsage>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cleaning: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /** Looks the dreams through, now and from time to time; call it also when one has come or ended. */
  start(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#cleaning ??= this.#clean();
  }

  /** Bytes that all dreams take. */
  async usage(): Promise<number> {
    const ended = new Set(this.#options.ended().map(({ id }) => id));
    const folders: FolderUsage[] = [];
    const known = new Set<string>();
    for (const { id, folder } of this.#options.folders()) {
      known.add(id);
      const usage = this.#measured.get(id) ?? await folderUsage(folder);
      if (ended.has(id)) this.#measured.set(id, usage);
      folders.push(usage);
    }
    for (const id of this.#measured.keys()) if (!known.has(id)) this.#measured.delete(id);
    return totalUsage(folders);
  }

  /** Ends it; resolves when nothing is being removed any more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#cleaning;
  }

  async #clean(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#removeOld();
        await this.#removeOverQuota();
      } catch (error) {
        this.#options.log.error({ err: error }, "old dreams could not be removed");
      }
    }
    // At once, not when the promise settles: whoever starts it in between would be forgotten.
    this.#cleaning = undefined;
    if (!this.#closed) this.#timer = setTimeout(() => this.start(), interval);
  }

  async #removeOld(): Promise<void> {
    const { ended, keepDays, remove, log } = this.#options;
    if (keepDays === undefined) return;
    for (const { id, finished } of ended()) {
      if (this.#closed || Date.parse(finished) > Date.now() - keepDays * day) return;
      log.info({ dream: id, finished }, "an old dream is removed");
      await remove(id);
    }
  }

  async #removeOverQuota(): Promise<void> {
    const { ended, quota, remove, log } = this.#options;
    if (quota === undefined) return;
    for (const { id } of ended().slice(0, -1)) {
      if (this.#closed || await this.usage() <= quota) return;
      log.info({ dream: id, quota }, "the dreams take too much room: the oldest is removed");
      await remove(id);
    }
  }
}
