import { catalog, type CatalogEntry } from "../../models/catalog.ts";

/** Names of the networks in the catalogue, either to dream with or to compute flow. */
export function networkNames(purpose: CatalogEntry["purpose"]): string[] {
  return catalog.filter((entry) => entry.purpose === purpose).map(({ name }) => name);
}
