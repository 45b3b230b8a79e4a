import { join } from "node:path";
import { cacheFolder, makeWhole } from "./cache.ts";
import { UserError } from "./errors.ts";
import { buildInceptionV3 } from "./networks/inception_v3.ts";
import { readKerasWeights } from "./networks/keras_weights.ts";
import type { Network } from "./networks/network.ts";
import { readModel } from "./onnx/read.ts";
import { writeModel } from "./onnx/write.ts";
import { type DownloadOptions, downloadPackage, type PinnedPackage } from "./package_download.ts";

/** What can be had, and what a user should know before using it. */
export interface CatalogEntry {
  name: string;
  title: string;
  licence: string;
  source: PinnedPackage;
  /** The card: where the network comes from, what it was trained for, how it dreams. */
  card: string;
  /** Layer names that make good dreams, from fine to deep. */
  layers: string[];
}

/** Networks that can be fetched by name. */
export const catalog: readonly CatalogEntry[] = [{
  name: "inception-v3",
  title: "InceptionV3 (Szegedy et al. 2016), the network Reverie dreams with",
  licence: "MIT, © 2019 Infinite Red, Inc.",
  source: {
    spec: "nsfwjs@4.3.0",
    integrity:
      "sha512-WTKDte0vp1X97N1h34P79G/hG+sVT3+TnDz9di1WseIJR93v11E4viNX7Vg9WsO6HYoR772Nzq2iM8jo3XBZ+g==",
    size: 25_336_605,
  },
  card:
    "InceptionV3, pre-trained on ImageNet and fine-tuned by its authors as a classifier of image content\n" +
    "(safe or not safe for work), published in the npm package nsfwjs as an 8-bit quantised Keras model.\n" +
    "Reverie drops the classifier; it dreams with the lower and middle layers, which still see what ImageNet\n" +
    "taught them: strokes and scales in mixed0 to mixed2, eyes and spirals in mixed3, faces and creatures in\n" +
    "mixed4. From mixed5 on the picture turns to noise.",
  layers: ["mixed0", "mixed1", "mixed2", "mixed3", "mixed4", "mixed5", "mixed6", "mixed7"],
}];

/** Where a network of the catalog is kept once it has been fetched. */
export function cachedModelPath(name: string): string {
  return join(cacheFolder(), "networks", `${name}.onnx`);
}

/** Where a network of the catalog is when it came with the program, as it can inside the one binary. */
export function shippedModelPath(name: string): string {
  return join(import.meta.dirname!, "weights", `${name}.onnx`);
}

/** Whether a network of the catalog is here already. */
export async function isCached(name: string): Promise<boolean> {
  return await localPath(name) !== undefined;
}

async function localPath(name: string): Promise<string | undefined> {
  for (const path of [shippedModelPath(name), cachedModelPath(name)]) {
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}

/** The entry of that name. Throws a UserError that lists the names there are. */
export function catalogEntry(name: string): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw new UserError(
    `no network is named "${name}"; there are: ${catalog.map((known) => known.name).join(", ")}`,
  );
}

/**
 * Fetches a network and turns it into ONNX, unless that has been done before. Returns the path of the ONNX file.
 * Throws a UserError when it is not here and cannot be fetched.
 */
export async function pull(name: string, options: DownloadOptions = {}): Promise<string> {
  const { source } = catalogEntry(name);
  const local = await localPath(name);
  if (local !== undefined) return local;
  return await makeWhole(cachedModelPath(name), async (folder) => {
    const unpacked = await downloadPackage(source, folder, options);
    const weights = readKerasWeights(join(unpacked, "dist", "models", "inception_v3"));
    const file = join(folder, "network.onnx");
    await Deno.writeFile(file, writeModel(buildInceptionV3(weights)));
    return file;
  });
}

/** The built-in dream network, fetched on first use. */
export async function inceptionV3(options: DownloadOptions = {}): Promise<Network> {
  return {
    name: "inception-v3",
    model: readModel(await Deno.readFile(await pull("inception-v3", options))),
    preprocessing: { mean: [0.5, 0.5, 0.5], scale: [2, 2, 2], channelOrder: "rgb" },
    defaultLayers: ["mixed3"],
    minimumSize: 75,
  };
}
