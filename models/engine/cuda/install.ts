/** Fetches onnxruntime's CUDA provider, and takes it away again. Nothing does so unasked: it is 180 MB. */
import { join } from "node:path";
import pacote from "pacote";
import { cacheFolder, makeWhole } from "../../cache.ts";
import { ReverieError } from "../../errors.ts";
import { line } from "../../line.ts";
import { reasonOf } from "../../system_error.ts";
import { downloadFile } from "../../file_download.ts";
import { downloadError, type DownloadOptions, type PinnedPackage } from "../../package_download.ts";
import { requireOnline } from "../../web.ts";
import { isProviderWhole, providerFiles, providerFolder } from "./files.ts";

/** The npm package that carries the libraries as Microsoft built them (MIT), for Unity. */
export const providerPackage: PinnedPackage & { sha256: string } = {
  spec: "com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9",
  integrity:
    "sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==",
  sha256: "2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412",
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
  await fetchTarball(tarball, options);
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
  return join(cacheFolder(), `onnxruntime-cuda-${providerPackage.sha256.slice(0, 8)}.tgz`);
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

function registryOptions() {
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY") ?? Deno.env.get("npm_config_registry");
  return { integrity: providerPackage.integrity, ...(registry && { registry }) };
}

async function fetchTarball(target: string, options: DownloadOptions): Promise<void> {
  const { spec, sha256, size } = providerPackage;
  const url = await address(spec);
  options.signal?.throwIfAborted();
  await downloadFile({ url, sha256, size }, target, options);
}

async function address(spec: string): Promise<string> {
  requireOnline(spec);
  const cache = await Deno.makeTempDir({ prefix: "reverie-npm-" });
  try {
    const { _resolved } = await pacote.manifest(spec, { ...registryOptions(), cache });
    return _resolved;
  } catch (cause) {
    throw downloadError(spec, cause);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Unpacks the package in the folder, keeps its two libraries, and returns where they are. */
async function unpack(tarball: string, work: string, signal: AbortSignal | undefined): Promise<string> {
  const unpacked = join(work, "package"), kept = join(work, "kept");
  try {
    await pacote.extract(`file:${tarball}`, unpacked, {
      ...registryOptions(),
      cache: join(work, "npm-cache"),
    });
    await Deno.mkdir(kept);
    for (const { name } of providerFiles) {
      await Deno.rename(join(unpacked, folderInPackage, name), join(kept, name));
    }
  } catch (cause) {
    if ((cause as { code?: string }).code === "EINTEGRITY") {
      // It was whole when it was fetched; the next call fetches it again.
      await remove(tarball);
      throw downloadError(providerPackage.spec, cause);
    }
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
