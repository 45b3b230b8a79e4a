/** Downloads single files from the web. A download can be resumed, and a file gets its name only when it is complete. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { isFile, isStillAt, openCacheFile } from "./cache_file.ts";
import { ReverieError } from "./errors.ts";
import type { Line } from "./line.ts";
import type { DownloadOptions } from "./download_options.ts";
import { Silence } from "./silence.ts";
import { reasonOf } from "./system_error.ts";
import { requireOnline, webAddress } from "./web.ts";

/** A file on the web that never changes. */
export type PublishedFile =
  & {
    url: string;
    /** Approximate size in bytes, for progress if the server does not send the size. */
    size: number;
  }
  & ({
    /** SHA-256 of the file in hex, or its first digits; PyTorch puts the first eight into its file names. */
    sha256: string;
  } | {
    /** SHA-512 in npm's notation: `sha512-` and Base64. */
    integrity: string;
  });

/** Options of {@link downloadFile}. */
export interface FileDownloadOptions extends DownloadOptions {
  /** Name of the file in messages. Default: the last part of its URL. */
  name?: string | undefined;
  /** Whether to use the user's mirror (see {@link webAddress}) instead of the host. Default: true. */
  mirrored?: boolean | undefined;
  /** What the user can do if the download fails; the entries are alternatives. */
  otherwise?: readonly Line[] | undefined;
  /** HTTP client whose connections are reused, for many files from one host. */
  client?: Deno.HttpClient | undefined;
}

/**
 * Downloads a file to `target`. The data first goes to `target.part`, which is kept if the download is interrupted, so
 * that the next call resumes it. A second process that wants the same file waits for the first. Returns the target.
 *
 * @throws {ReverieError} if the server cannot be reached, refuses or breaks off, if the file is not the published one,
 * or if the folder cannot be written to.
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function downloadFile(
  file: PublishedFile,
  target: string,
  options: FileDownloadOptions = {},
): Promise<string> {
  const part = `${target}.part`;
  using open = await openPart(part);
  if (await isFile(target)) {
    await Deno.remove(part).catch(() => {});
    return target;
  }
  const download = new Download(file, open, options);
  const resumed = await download.received() > 0;
  try {
    await download.run();
  } catch (error) {
    if (await download.received() === 0) await Deno.remove(part).catch(() => {});
    throw error;
  }
  let whole = await isPublished(file, part);
  if (!whole && resumed) {
    // The part from an earlier call may belong to another file.
    await download.startAgain();
    whole = await isPublished(file, part);
  }
  if (!whole) {
    await Deno.remove(part);
    throw new ReverieError(
      "download_wrong",
      `the download of ${download.name} is not what was published (wrong checksum)`,
      { reason: `${download.host} sends something other than what was published`, advice: ["try again"] },
    );
  }
  await Deno.rename(part, target);
  return target;
}

/** Opens the partial file and locks it, so that no other process writes to it. */
async function openPart(path: string): Promise<Deno.FsFile> {
  for (;;) {
    const open = await openCacheFile(path);
    await open.lock(true);
    if (await isStillAt(path, open)) return open;
    open.close();
  }
}

async function isPublished(file: PublishedFile, path: string): Promise<boolean> {
  using open = await Deno.open(path);
  const hash = createHash("sha256" in file ? "sha256" : "sha512");
  for await (const chunk of open.readable) hash.update(chunk);
  return "sha256" in file
    ? hash.digest("hex").startsWith(file.sha256.toLowerCase())
    : `sha512-${hash.digest("base64")}` === file.integrity;
}

/** The download of one file. */
class Download {
  readonly #file: PublishedFile;
  readonly #part: Deno.FsFile;
  readonly #options: FileDownloadOptions;
  /** Name of the file in messages. */
  readonly name: string;
  /** URL that is requested: the file's own or the mirror's. */
  readonly #address: string;

  constructor(file: PublishedFile, part: Deno.FsFile, options: FileDownloadOptions) {
    this.#file = file;
    this.#part = part;
    this.#options = options;
    this.name = options.name ?? basename(file.url);
    this.#address = options.mirrored ?? true ? webAddress(file.url) : file.url;
  }

  /** Host that is requested. */
  get host(): string {
    return new URL(this.#address).host;
  }

  /** Bytes received so far, in this call or an earlier one. */
  async received(): Promise<number> {
    return (await this.#part.stat()).size;
  }

  async startAgain(): Promise<void> {
    await this.#part.truncate(0);
    await this.run();
  }

  /** Fetches what is missing. */
  async run(): Promise<void> {
    const { signal, patience = 30 } = this.#options;
    signal?.throwIfAborted();
    using silence = new Silence(patience, signal);
    await this.#fetch(silence);
  }

  async #fetch(silence: Silence): Promise<void> {
    const { otherwise = [] } = this.#options;
    const from = await this.received();
    const response = await this.#ask(from, silence);
    const end = sizeIn(response.headers.get("content-range"));
    if (response.status === 416 && from > 0) {
      await response.body?.cancel();
      this.#options.onAnswer?.();
      // The partial file is already complete, or larger than the file on the server.
      if (end !== from) await this.startAgain();
      return;
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new ReverieError(
        "download_refused",
        `cannot fetch ${this.#file.url}: the server answered ${response.status}`,
        { reason: `${this.host} answered ${response.status}`, advice: otherwise },
      );
    }
    this.#options.onAnswer?.();
    // A server without range requests sends the file from the beginning.
    const resumes = response.status === 206 && startIn(response.headers.get("content-range")) === from;
    if (response.status === 206 && !resumes && from > 0) {
      await response.body.cancel();
      return await this.startAgain();
    }
    if (!resumes) await this.#part.truncate(0);
    const length = Number(response.headers.get("content-length")) || undefined;
    await this.#receive(response.body, resumes ? from : 0, length, silence);
  }

  async #ask(from: number, silence: Silence): Promise<Response> {
    const headers = { "accept-encoding": "identity", ...(from > 0 && { range: `bytes=${from}-` }) };
    const { client, otherwise = [] } = this.#options;
    requireOnline(this.name);
    try {
      return await fetch(this.#address, {
        headers,
        signal: silence.signal,
        ...(client && { client }),
      });
    } catch (cause) {
      this.#options.signal?.throwIfAborted();
      const reason = `${this.host} ${silence.over ? "does not answer" : "cannot be reached"}`;
      throw new ReverieError("download_unreachable", `cannot fetch ${this.name}: ${reason}`, {
        reason,
        advice: ["connect to the network once", ...otherwise],
        cause,
      });
    }
  }

  async #receive(
    body: ReadableStream<Uint8Array>,
    from: number,
    length: number | undefined,
    silence: Silence,
  ): Promise<void> {
    const total = length === undefined ? this.#file.size : from + length;
    let received = from;
    await this.#part.seek(from, Deno.SeekMode.Start);
    this.#options.onProgress?.(received, Math.max(total, received));
    try {
      for await (const chunk of body) {
        this.#options.signal?.throwIfAborted();
        silence.broken();
        await writeAll(this.#part, chunk);
        received += chunk.length;
        this.#options.onProgress?.(received, Math.max(total, received));
      }
    } catch (cause) {
      this.#options.signal?.throwIfAborted();
      const how = `broke off after ${received} of ${total} bytes (${reasonOf(cause)})`;
      throw new ReverieError("download_interrupted", `fetching ${this.name} ${how}`, {
        reason: `${this.host} ${how}`,
        advice: ["run it again and it goes on from there"],
        cause,
      });
    }
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}

/** The first byte's offset in a header such as `bytes 100-199/200`. */
function startIn(contentRange: string | null): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(contentRange ?? "") ?? [];
  return start === undefined ? undefined : Number(start);
}

/** The size of the whole file, in bytes, in a header such as `bytes 100-199/200`. */
function sizeIn(contentRange: string | null): number | undefined {
  const [, size] = /\/(\d+)$/.exec(contentRange ?? "") ?? [];
  return size === undefined ? undefined : Number(size);
}
