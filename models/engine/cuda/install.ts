/** Installs and removes onnxruntime's CUDA provider. This only happens on request, since the download is 180 MB. */
import { join } from "node:path";
import { cacheFolder, makeWhole } from "../../cache.ts";
import type { DownloadOptions } from "../../download_options.ts";
import { downloadPackage, type PinnedPackage, unpackPackage } from "../../package_download.ts";
import { ReverieError } from "../../errors.ts";
import { line } from "../../line.ts";
import { reasonOf } from "../../system_error.ts";
import { isProviderWhole, providerFiles, providerFolder } from "./files.ts";

/** An npm package for Unity that contains the libraries as built by Microsoft (MIT). */
export const providerPackage: PinnedPackage = {
  spec: "com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9",
  integrity:
    "sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==",
  size: 179_145_956,
};
const folderInPackage = join("Plugins", "Linux", "x64");

/** The result of {@link installProvider}. */
export interface Installed {
  folder: string;
  /** Whether something was fetched; false if everything was already here. */
  fetched: boolean;
}

/**
 * Fetches the provider's libraries into the cache folder, unless they are already there and intact. An interrupted
 * download is resumed.
 *
 * @throws {ReverieError} if the registry cannot be reached, if the files are not the published ones, or if the cache
 * folder cannot be written to.
 * @throws {unknown} the signal's reason when the signal is aborted.
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

/** Removes the libraries and the rest of an interrupted download. Returns whether there was anything to remove. */
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

/** Unpacks the package in the folder, keeps its two libraries, and returns their folder. */
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
