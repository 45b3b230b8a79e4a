import { join } from "node:path";
import pacote from "pacote";
import type { DownloadOptions } from "./download_options.ts";
import { deadline, isTimeout } from "./deadline.ts";
import { downloadFile } from "./file_download.ts";
import { ReverieError } from "./errors.ts";
import { reasonOf } from "./system_error.ts";
import { requireOnline } from "./web.ts";

/** A package of the npm registry, pinned by name, version and hash. */
export interface PinnedPackage {
  /** Name and version, such as `nsfwjs@4.3.0`. */
  spec: string;
  /** Subresource integrity string of the tarball. */
  integrity: string;
  /** Size of the tarball in bytes, for progress. */
  size: number;
}

/**
 * Downloads a package's tarball to `target`, as {@link downloadFile} does. Returns the target.
 *
 * The registry is npm's own unless `NPM_CONFIG_REGISTRY` names a mirror.
 *
 * @throws {ReverieError} if the registry cannot be reached, or if the tarball is not the pinned one.
 * @throws {unknown} the signal's reason when the signal is aborted.
 */
export async function downloadPackage(
  pinned: PinnedPackage,
  target: string,
  options: DownloadOptions = {},
): Promise<string> {
  const { spec, integrity, size } = pinned;
  requireOnline(spec);
  const url = await tarballAddress(pinned, options);
  return await downloadFile({ url, integrity, size }, target, {
    ...options,
    name: spec,
    mirrored: false,
    otherwise: [copyCache],
  });
}

/** Asks the registry for the tarball's URL. */
async function tarballAddress(pinned: PinnedPackage, options: DownloadOptions): Promise<string> {
  const { patience = 30, signal } = options;
  const cache = await Deno.makeTempDir({ prefix: "reverie-npm-" });
  try {
    // Pacote cannot be aborted; after the deadline its request runs on unobserved.
    const asked: Promise<{ _resolved: string }> = pacote.manifest(
      pinned.spec,
      registryOptions(pinned, cache),
    );
    return (await deadline(asked, { timeoutMs: 1000 * patience, signal }))._resolved;
  } catch (cause) {
    signal?.throwIfAborted();
    throw downloadError(pinned.spec, cause);
  } finally {
    await Deno.remove(cache, { recursive: true }).catch(() => {});
  }
}

/**
 * Unpacks a tarball into `folder` without running any of its scripts. Returns the package's folder. A tarball that was
 * damaged since it was fetched is removed, so that the next call fetches it again.
 *
 * @throws {ReverieError} if it cannot be unpacked.
 */
export async function unpackPackage(pinned: PinnedPackage, tarball: string, folder: string): Promise<string> {
  const unpacked = join(folder, "package");
  try {
    await pacote.extract(`file:${tarball}`, unpacked, registryOptions(pinned, join(folder, "npm-cache")));
  } catch (cause) {
    if ((cause as { code?: string }).code === "EINTEGRITY") await Deno.remove(tarball);
    throw downloadError(pinned.spec, cause);
  }
  return unpacked;
}

function registryOptions({ integrity }: PinnedPackage, cache: string) {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? Deno.env.get("npm_config_registry");
  return { integrity, cache, ...(registry && { registry }) };
}

/** Advice for a machine without a connection. */
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
];

/** The error for a package that could not be fetched. */
function downloadError(spec: string, cause: unknown): ReverieError {
  const { message = String(cause) } = cause as { message?: string };
  const code = String((cause as { code?: unknown }).code ?? "");
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
  if (isTimeout(cause) || offlineCodes.some((known) => code.includes(known) || message.includes(known))) {
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
