/** Sets of files from the web: a few at a time over the same connections, each kept once it is whole. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ReverieError } from "./errors.ts";
import { line } from "./line.ts";
import { downloadFile, type FileDownloadOptions } from "./file_download.ts";

/** Files that lie under one address and never change. */
export interface PublishedFiles {
  /** Address of their folder, without a slash at its end. */
  base: string;
  files: readonly {
    /** Where it is in the folder, with slashes. */
    path: string;
    /** SHA-256 of the file in hex. */
    sha256: string;
    /** Size in bytes. */
    size: number;
  }[];
}

/** Files that are fetched at a time. */
const atOnce = 6;

/**
 * Fetches files into `folder`, under their own paths, and returns what they hold by path. Files and parts of files that
 * are there already, from a call that was interrupted, are not fetched again. Progress is that of all files together.
 *
 * Throws as {@link downloadFile} does; the first file that fails ends the others.
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
  /** Takes one file after the other until none is left. */
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
  // All of them end before this does, so that nobody writes into the folder afterwards.
  const ends = await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
  if (ends.some(({ status }) => status === "rejected")) throw new Error("a download failed without a reason");
  return contents;
}

/** A file that was whole once may have been damaged since; the next call fetches it anew. */
async function checkedContent(path: string, sha256: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  if (createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  await Deno.remove(path);
  throw new ReverieError("download_wrong", line`${{ path }} was damaged after it was fetched`, {
    reason: "what was fetched before is damaged",
    advice: ["try again"],
  });
}
