/** Downloads sets of files from the web: a few at a time over shared connections; each complete file is kept. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { downloadFile, type FileDownloadOptions } from "./file_download.ts";

/** Files under one base URL that never change. */
export interface PublishedFiles {
  /** URL of their folder, without a trailing slash. */
  base: string;
  files: readonly {
    /** Path in the folder, with slashes. */
    path: string;
    /** SHA-256 of the file in hex. */
    sha256: string;
    /** Size in bytes. */
    size: number;
  }[];
}

/** How many files are downloaded at once. */
const atOnce = 6;

/**
 * Downloads files into `folder` under their own paths, and returns their contents by path. Files and parts of files
 * from an interrupted call are not downloaded again. `onProgress` reports all files together. The first file that
 * fails stops the others.
 *
 * @throws {ReverieError} as {@link downloadFile} does, and if a complete file was damaged since.
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function downloadFiles(
  { base, files }: PublishedFiles,
  folder: string,
  { onProgress, signal, ...options }: FileDownloadOptions = {},
): Promise<Map<string, Uint8Array>> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: atOnce });
  const failed = new AbortController();
  const stopping = AbortSignal.any([failed.signal, ...signal ? [signal] : []]);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const received = new Map<string, number>();
  const contents = new Map<string, Uint8Array>();
  let whole = 0;

  async function fetchOne({ path, sha256, size }: PublishedFiles["files"][number]): Promise<void> {
    const target = join(folder, ...path.split("/"));
    const progress = (bytes: number) => {
      whole += bytes - (received.get(path) ?? 0);
      received.set(path, bytes);
      onProgress?.(whole, Math.max(total, whole));
    };
    const file = { url: `${base}/${path}`, sha256, size };
    await downloadFile(file, target, { ...options, client, signal: stopping, onProgress: progress });
    contents.set(path, await checkedContent(target, sha256));
    progress(size);
  }

  const waiting = files.values();
  /** Downloads one file after another until none is left. */
  async function fetchSome(): Promise<void> {
    for (const file of waiting) {
      stopping.throwIfAborted();
      await fetchOne(file);
    }
  }

  const workers = Array.from({ length: atOnce }, () =>
    fetchSome().catch((error) => {
      failed.abort(error);
      throw error;
    }));
  // Wait for all of them, so that none writes into the folder after this function has returned.
  const ends = await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  if (ends.some(({ status }) => status === "rejected")) throw new Error("a download failed without a reason");
  return contents;
}

/** Reads a complete file. If it was damaged since, removes it, so that the next call downloads it again. */
async function checkedContent(path: string, sha256: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  await Deno.remove(path);
  throw new ReverieError("download_wrong", line`${{ path }} was damaged after it was fetched`, {
    reason: "what was fetched before is damaged",
    advice: ["try again"],
  });
}
