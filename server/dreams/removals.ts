import type { Logger } from "pino";
import { ReverieError } from "../../pipeline/errors.ts";
import { asReverieError } from "../errors.ts";
import type { DreamFiles } from "./dream_files.ts";
import type { DreamStore } from "./dream_store.ts";
import { removeAll } from "./file_tools.ts";

/** What {@link Removals} works on. */
export interface RemovalsOptions {
  store: DreamStore;
  filesOf(id: string): DreamFiles;
  log: Logger;
}

/** Removes the rows and folders of dreams. */
export class Removals {
  readonly #options: RemovalsOptions;
  /** Pending removals of folders. */
  readonly #pending = new Set<Promise<void>>();

  constructor(options: RemovalsOptions) {
    this.#options = options;
  }

  /**
   * Removes a dream's row. On a full disk, which has no room for that either, its files make room first.
   *
   * @throws {ReverieError} `disk_full` if they make too little
   */
  async forget(id: string): Promise<void> {
    const { store, filesOf } = this.#options;
    try {
      store.delete(id);
    } catch (error) {
      if (asReverieError(error).code !== "disk_full") throw error;
      const { video, partial, hls, source } = filesOf(id);
      for (const path of [video, partial, hls, source]) await removeAll(path);
      try {
        store.delete(id);
      } catch (cause) {
        const wrong = "the server's disk is full, and the dream's files made too little room";
        const advice = ["whoever runs the server has to make room on it"];
        throw new ReverieError("disk_full", wrong, { advice, cause });
      }
    }
  }

  /** Removes a dream's folder after its run has ended. If that fails, the next start tries again. */
  removeFolder(id: string, ended: Promise<void> | undefined): Promise<void> {
    const removal = this.#remove(id, ended);
    this.#pending.add(removal);
    removal.finally(() => this.#pending.delete(removal));
    return removal;
  }

  /** Resolves when no removal is pending. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #remove(id: string, ended: Promise<void> | undefined): Promise<void> {
    const { store, filesOf, log } = this.#options;
    await ended;
    try {
      await removeAll(filesOf(id).folder);
      if (store.open) store.fillReserve();
    } catch (error) {
      log.error({ err: error, dream: id }, "a folder is not removed; the next start tries again");
    }
  }
}
