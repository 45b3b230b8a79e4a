/** Fetches onnxruntime's CUDA provider, and takes it away again. Nothing does so unasked: it is 180 MB. */
import { join } from "node:path";
import { cacheFolder, makeWhole } from "../../cache.ts";
import {
  type DownloadOptions,
  downloadPackage,
  type PinnedPackage,
  unpackPackage,
} from "../../package_download.ts";
import { ReverieError } from "../../errors.ts";
import { line } from "../../line.ts";
import { reasonOf } from "../../system_error.ts";
import { isProviderWhole, providerFiles, providerFolder } from "./files.ts";

/** The npm package that carries the libraries as Microsoft built them (MIT), for Unity. */
export const providerPackage: PinnedPackage = {
  spec: "com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9",
  integrity:
    "sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==",
  size: 179_145_956,
};
const folderInPackage = join("Plugins", "Linux", "x64");

/** What {@link installProvider} has done. */
export interface Installed {
  folder: string;
  /** Whether something was fetched; false where all of it was here. */
  fetched: boolean;
}

/**
 * Fetches the provider's libraries into the cache folder, unless they are there as they should be. A download that was
 * interrupted goes on where it was.
 *
 * Throws a ReverieError when the registry cannot be reached, when the files are not the published ones, and when the
 * cache folder cannot be written to; throws the signal's reason when it was aborted.
 */
export async function installProvider(options: DownloadOptions = {}): Promise<Installed> {
  const folder = providerFolder();
  if (await isProviderWhole(folder)) return { folder, fetched: false };
  const tarball = tarballPath();
  await downloadPackage(providerPackage, tarball, options);
  await remove(folder);
  await makeWhole(folder, (work) => unpack(tarball, work, options.signal));
  await remove(tarball);
  return { folder, fetched: true };
}

/** Takes the libraries away, and what an interrupted download has left. Returns whether there was anything. */
export async function removeProvider(): Promise<boolean> {
  const tarball = tarballPath();
  const removed = [];
  for (const path of [providerFolder(), tarball, `${tarball}.part`]) removed.push(await remove(path));
  return removed.includes(true);
}

function tarballPath(): string {
  return join(cacheFolder(), `${providerPackage.spec}.tgz`);
}

async function remove(path: string): Promise<boolean> {
  try {
    await Deno.remove(path, { recursive: true });
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw new ReverieError("cache_unusable", line`cannot remove ${{ path }}: ${reasonOf(cause)}`, { cause });
  }
}

/** Unpacks the package in the folder, keeps its two libraries, and returns where they are. */
async function unpack(tarball: string, work: string, signal: AbortSignal | undefined): Promise<string> {
  const kept = join(work, "kept");
  try {
    const unpacked = await unpackPackage(providerPackage, tarball, work);
    await Deno.mkdir(kept);
    for (const { name } of providerFiles) {
      await Deno.rename(join(unpacked, folderInPackage, name), join(kept, name));
    }
  } catch (cause) {
    if (cause instanceof ReverieError && cause.code === "download_wrong") throw cause;
    throw new ReverieError(
      "cache_unusable",
      `cannot unpack onnxruntime's CUDA provider: ${reasonOf(cause)}; ` +
        "it takes 0.7 GB in the cache folder for a moment, set REVERIE_CACHE to another where there is none",
      { cause },
    );
  }
  // Unpacking itself cannot be interrupted.
  signal?.throwIfAborted();
  return kept;
}
