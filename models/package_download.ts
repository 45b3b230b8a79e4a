import { join } from "node:path";
import pacote from "pacote";
import { ReverieError } from "./errors.ts";
import { Silence } from "./silence.ts";
import { reasonOf } from "./system_error.ts";
import { requireOnline } from "./web.ts";

/** A file of the npm registry, pinned by name, version and hash. */
export interface PinnedPackage {
  /** Name and version, as in `nsfwjs@4.3.0`. */
  spec: string;
  /** Subresource integrity string of the tarball. */
  integrity: string;
  /** Size of the tarball in bytes, for the progress shown. */
  size: number;
}

/** Called while a download runs, with bytes so far and in all. */
export type DownloadProgress = (received: number, total: number) => void;

/** Options of a download. */
export interface DownloadOptions {
  onProgress?: DownloadProgress | undefined;
  /** Ends the download; the promise is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called when a server begins to send what was asked for; for each file anew. */
  onAnswer?: (() => void) | undefined;
  /** How long the server may send nothing before it counts as lost, in seconds. Default 30. */
  patience?: number | undefined;
}

/**
 * Fetches a package into `folder` and unpacks it there without running anything of it. Returns the package's folder.
 *
 * The registry is npm's own unless `NPM_CONFIG_REGISTRY` names a mirror.
 * Throws a ReverieError when there is no network or when the tarball is not the pinned one.
 */
export async function downloadPackage(
  { spec, integrity, size }: PinnedPackage,
  folder: string,
  options: DownloadOptions = {},
): Promise<string> {
  requireOnline(spec);
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? Deno.env.get("npm_config_registry");
  const pinned = { integrity, cache: join(folder, "npm-cache"), ...(registry && { registry }) };
  const tarball = join(folder, "package.tgz");
  const unpacked = join(folder, "package");
  using silence = new Silence(options.patience ?? 30, options.signal);
  try {
    const { _resolved: address } = await unlessAborted<{ _resolved: string }>(
      pacote.manifest(spec, pinned),
      silence.signal,
    );
    await downloadFile(address, tarball, size, options, silence);
    await pacote.extract(`file:${tarball}`, unpacked, pinned);
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw downloadError(spec, cause);
  }
  return unpacked;
}

/** Pacote cannot be interrupted: its work is left to itself when the signal is aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  work.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Fetched here and not by pacote, which cannot be interrupted. */
async function downloadFile(
  address: string,
  path: string,
  size: number,
  { onProgress, onAnswer }: DownloadOptions,
  silence: Silence,
): Promise<void> {
  const { signal } = silence;
  const response = await fetch(address, { signal });
  if (!response.ok || !response.body) throw new Error(`the registry answered ${response.status}`);
  onAnswer?.();
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  let received = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      silence.broken();
      received += chunk.length;
      onProgress?.(received, Math.max(size, received));
      controller.enqueue(chunk);
    },
  });
  await response.body.pipeThrough(counted).pipeTo(file.writable, { signal });
}

/** What to do without a connection. */
export const copyCache = "copy the cache folder of a machine that has it and set REVERIE_CACHE";

const offlineCodes = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "ENETUNREACH",
  "ETIMEDOUT",
  "FETCH_ERROR",
  "error sending request",
  "nothing came for",
];

/** What to tell the user of a package that could not be fetched. */
export function downloadError(spec: string, cause: unknown): ReverieError {
  if (cause instanceof ReverieError) return cause;
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  if (code === "EINTEGRITY") {
    return new ReverieError(
      "download_wrong",
      `the download of ${spec} is not what was published (wrong checksum)`,
      {
        reason: "the npm registry sends something other than what was published",
        advice: ["try again"],
        cause,
      },
    );
  }
  if (offlineCodes.some((known) => code.includes(known) || message.includes(known))) {
    const reason = "the npm registry cannot be reached";
    return new ReverieError("download_unreachable", `cannot fetch ${spec}: ${reason}`, {
      reason,
      advice: ["connect to the network once", copyCache],
      cause,
    });
  }
  const reason = reasonOf(cause);
  return new ReverieError("download_refused", `cannot fetch ${spec}: ${reason}`, { reason, cause });
}
