import { openCatalogNetwork, pull } from "../../../models/catalog.ts";
import { ReverieError } from "../../../models/errors.ts";
import type { Network } from "../../../models/networks/network.ts";
import type { Need } from "../../needs.ts";

/** A network from the user's cache or the registry; unmet on a machine with neither. */
export interface FetchedNetwork extends Need {
  open(): Promise<Network>;
}

/** A network of the catalog, downloaded if it is missing. */
export async function fetchedNetwork(name: string): Promise<FetchedNetwork> {
  return { unmet: await failure(name), open: () => openCatalogNetwork(name) };
}

async function failure(name: string): Promise<string | undefined> {
  try {
    await pull(name);
    return undefined;
  } catch (error) {
    if (error instanceof ReverieError && error.code.startsWith("download_")) return error.message;
    throw error;
  }
}
