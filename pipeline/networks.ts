/** The networks that can be dreamed with by name, for those above the pipeline. */
import { dirname } from "node:path";
import { cacheFolder } from "../models/cache.ts";
import { catalog, shippedModelPath } from "../models/catalog.ts";

export { pull as pullNetwork, shippedModelPath as shippedNetworkPath } from "../models/catalog.ts";

/** Names of the networks that one can dream with and have without a file of one's own. */
export const networkNames: readonly string[] = namesOf("dream");

/** The same of networks that find motion, for the setting `flowModel`. */
export const flowNetworkNames: readonly string[] = namesOf("flow");

/** Folders that networks are read from: the one that came with the program, and the cache. */
export function networkFolders(): string[] {
  return [dirname(shippedModelPath(catalog[0]!.name)), cacheFolder()];
}

function namesOf(purpose: "dream" | "flow"): string[] {
  return catalog.filter((entry) => entry.purpose === purpose).map(({ name }) => name);
}
