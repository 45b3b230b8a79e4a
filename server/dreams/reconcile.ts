/** Repairs what an interrupted server may have left: a database and folders that disagree. */
import type { Logger } from "pino";
import { clearUnfinished, type DreamFiles, isDreamId } from "./dream_files.ts";
import type { StoredDream } from "./dream_row.ts";
import type { DreamStore } from "./dream_store.ts";
import { exists, removeAll } from "./file_tools.ts";

/**
 * Makes the database and the folders agree before any dream runs. Removes folders without a dream, fails
 * dreams without their source, deletes ended dreams of which no files are left, and completes a dream whose
 * video was finished just before the server ended. A dream that was running is queued in front of all others.
 */
export async function reconcile(
  store: DreamStore,
  { root, filesOf, log }: { root: string; filesOf: (id: string) => DreamFiles; log: Logger },
): Promise<void> {
  await removeStrayFolders(store, root, log);
  for (const dream of store.list()) await reconcileDream(store, dream, filesOf(dream.id), log);
  store.requeueRunning();
}

async function removeStrayFolders(store: DreamStore, root: string, log: Logger): Promise<void> {
  const known = new Set(store.list().map(({ id }) => id));
  for await (const { name } of Deno.readDir(root)) {
    if (!isDreamId(name) || known.has(name)) continue;
    if (store.fresh) {
      // The database was lost, so the folders may be all that is left of somebody's dreams.
      log.warn({ folder: `${root}/${name}` }, "no dream belongs to this folder; it is left as it is");
    } else {
      log.warn({ dream: name }, "a folder that no dream belongs to is removed");
      await removeAll(`${root}/${name}`);
    }
  }
}

async function reconcileDream(
  store: DreamStore,
  { id, state, progress, hls, poster }: StoredDream,
  files: DreamFiles,
  log: Logger,
): Promise<void> {
  const ended = state !== "queued" && state !== "running";
  if (!await exists(files.folder)) {
    if (ended) {
      log.warn({ dream: id }, "a dream of which nothing is left is forgotten");
      return store.delete(id);
    }
    await Deno.mkdir(files.folder);
  }
  if (state === "running" && await exists(files.video)) {
    return await completed(store, id, progress.total, files);
  }
  if (state === "done" && !await exists(files.video)) return fail(store, id, "its video is gone");
  if (!ended) {
    if (!await exists(files.source)) return fail(store, id, "its source is gone: upload it again");
    await clearUnfinished(files);
  }
  const there = { hls: await exists(files.playlist), poster: await exists(files.poster) };
  if (there.hls !== hls || there.poster !== poster) store.update(id, there);
}

/** The video gets its final name only when it is complete. */
async function completed(
  store: DreamStore,
  id: string,
  total: number | undefined,
  files: DreamFiles,
): Promise<void> {
  const { size, mtime } = await Deno.stat(files.video);
  await removeAll(files.partial);
  store.update(id, {
    state: "done",
    finished: (mtime ?? new Date()).toISOString(),
    bytes: size,
    ...(total !== undefined && { progress: { frames: total, total } }),
    hls: await exists(files.playlist),
    poster: await exists(files.poster),
  });
}

function fail(store: DreamStore, id: string, message: string): void {
  const finished = new Date().toISOString();
  store.update(id, { state: "failed", finished, error: { code: "internal", message } });
}
