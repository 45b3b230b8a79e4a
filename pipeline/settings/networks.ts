/** The networks that can be dreamed with, for those above the pipeline. */
import { dirname } from "node:path";
import { cacheFolder } from "../../models/cache.ts";
import { catalog, isHere, pull, shippedModelPath } from "../../models/catalog.ts";
import { forgetOutOfReach } from "../../models/out_of_reach.ts";
import { type PullOptions, sourceSize } from "../../models/sources.ts";
import { settings } from "./settle.ts";

export { shippedModelPath as shippedNetworkPath } from "../../models/catalog.ts";

/** A network to dream with. */
export interface DreamNetwork {
  name: string;
  /** Who made it and when, in a line. */
  title: string;
  licence: string;
  /** Bytes to fetch. */
  size: number;
  /** Whether it is here. */
  here: boolean;
  /** Layers that make good dreams, from fine to deep. */
  layers: readonly string[];
}

/** The networks to dream with, and which of them are here now. */
export function dreamNetworks(): DreamNetwork[] {
  return catalog.filter(({ purpose }) => purpose === "dream").map(
    ({ name, title, licence, layers, sources }) => (
      { name, title, licence, size: sourceSize(sources[0]), here: isHere(name), layers }
    ),
  );
}

/** The network that dreams now where nobody names one. */
export function dreamsByDefault(): string {
  return settings({ given: {} }).model;
}

/**
 * Fetches a network, however often that has failed. Returns the path of its file.
 *
 * Throws a ReverieError where it cannot be had, and the signal's reason when it was aborted.
 */
export async function fetchNetwork(name: string, options: PullOptions = {}): Promise<string> {
  const path = await pull(name, options);
  await forgetOutOfReach(name);
  return path;
}

/** Folders that networks are read from: the one that came with the program, and the cache. */
export function networkFolders(): string[] {
  return [dirname(shippedModelPath(catalog[0]!.name)), cacheFolder()];
}
