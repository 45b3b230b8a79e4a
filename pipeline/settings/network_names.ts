import { catalog, type CatalogEntry } from "../../models/catalog.ts";

/** Names of the networks that can be had without a file of one's own, to dream with or to find motion. */
export function networkNames(purpose: CatalogEntry["purpose"]): string[] {
  return catalog.filter((entry) => entry.purpose === purpose).map(({ name }) => name);
}
