/** The networks that can be dreamed with by name, for those above the pipeline. */
import { catalog } from "../models/catalog.ts";

export { pull as pullNetwork, shippedModelPath as shippedNetworkPath } from "../models/catalog.ts";

/** Names of the networks that one can dream with and have without a file of one's own. */
export const networkNames: readonly string[] = namesOf("dream");

/** The same of networks that find motion, for the setting `flowModel`. */
export const flowNetworkNames: readonly string[] = namesOf("flow");

function namesOf(purpose: "dream" | "flow"): string[] {
  return catalog.filter((entry) => entry.purpose === purpose).map(({ name }) => name);
}
