/** The networks to dream with, for the layers above the pipeline. */
import { catalog, isHere, pull } from "../../models/catalog.ts";
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
  /** Download size in bytes. */
  size: number;
  /** Whether it is installed. */
  here: boolean;
  /** Layers that make good dreams, from fine to deep. */
  layers: readonly string[];
}

/** The networks to dream with, and whether each is installed now. */
export function dreamNetworks(): DreamNetwork[] {
  return catalog.filter(({ purpose }) => purpose === "dream").map(
    ({ name, title, licence, layers, sources }) => (
      { name, title, licence, size: sourceSize(sources[0]), here: isHere(name), layers }
    ),
  );
}

/** The network that dreams now if none is named. */
export function dreamsByDefault(): string {
  return settings({ given: {} }).model;
}

/**
 * Downloads a network, even if earlier attempts failed.
 *
 * @returns the path of its file
 * @throws {ReverieError} if it cannot be downloaded
 * @throws the signal's reason when it is aborted
 */
export async function fetchNetwork(name: string, options: PullOptions = {}): Promise<string> {
  const path = await pull(name, options);
  await forgetOutOfReach(name);
  return path;
}
