/** The networks that can be dreamed with by name, for those above the pipeline. */
import { catalog } from "../models/catalog.ts";

export { pull as pullNetwork, shippedModelPath as shippedNetworkPath } from "../models/catalog.ts";

/** Names of the networks that can be had without a file of one's own. */
export const networkNames: readonly string[] = catalog.map(({ name }) => name);
