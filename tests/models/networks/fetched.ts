import { openCatalogNetwork } from "../../../models/catalog.ts";
import { ReverieError } from "../../../models/errors.ts";
import type { Network } from "../../../models/networks/network.ts";

/** A network from the user's cache or the registry; undefined (and a plain line saying so) on a machine with neither. */
export async function fetchedNetwork(name: string): Promise<Network | undefined> {
  try {
    return await openCatalogNetwork(name);
  } catch (error) {
    if (!(error instanceof ReverieError && error.code.startsWith("download_"))) throw error;
    console.log(`skipped: ${error.message}`);
    return undefined;
  }
}
