import type { Logger } from "pino";
import { type FolderUsage, folderUsage, totalUsage } from "./disk_usage.ts";

/** How often old dreams are looked for, in milliseconds. */
const interval = 3600_000;

const day = 24 * 3600_000;

/** Options of {@link Cleaner}. */
export interface CleanerOptions {
  /** Returns the ids of ended dreams and when they ended, the oldest first. `folders` returns all dreams. */
  ended: () => { id: string; finished: string }[];
  folders: () => { id: string; folder: string }[];
  remove: (id: string) => Promise<void>;
  keepDays?: number | undefined;
  quota?: number | undefined;
  log: Logger;
}

/**
 * Removes dreams that ended too long ago and, while all dreams together exceed the quota, the one that ended
 * first. The dream that ended last always stays, so that a small quota does not remove what was just made.
 */
export class Cleaner {
  readonly #options: CleanerOptions;
  /** Sizes of the folders of ended dreams, which no longer change. */
  readonly #measured = new Map<string, FolderUsage>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cleaning: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(options: CleanerOptions) {
    this.#options = options;
  }

  /** Looks for old dreams now and from time to time. Call it again when a dream was added or has ended. */
  start(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#cleaning ??= this.#clean();
  }

  /** Returns the bytes that all dreams take. */
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

  /** Stops cleaning; resolves once nothing is being removed. */
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
    // Cleared here rather than when the promise settles: a start() in between would be lost.
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
