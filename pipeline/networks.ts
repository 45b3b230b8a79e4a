/** The networks that can be dreamed with by name, for those above the pipeline. */
import { catalog, isHere, pull } from "../models/catalog.ts";
import { forgetOutOfReach } from "../models/out_of_reach.ts";
import { type PullOptions, sourceSize } from "../models/sources.ts";
import { settings } from "./settle.ts";

export { shippedModelPath as shippedNetworkPath } from "../models/catalog.ts";

/** Names of the networks that one can dream with and have without a file of one's own. */
export const networkNames: readonly string[] = namesOf("dream");

/** The same of networks that find motion, for the setting `flowModel`. */
export const flowNetworkNames: readonly string[] = namesOf("flow");

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

function namesOf(purpose: "dream" | "flow"): string[] {
  return catalog.filter((entry) => entry.purpose === purpose).map(({ name }) => name);
}
