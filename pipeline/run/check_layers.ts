/**
 * Checks that a network has the layers and channels that settings name, before a dream is started or changed.
 */
import { inputSizes } from "../../models/networks/input_sizes.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { DownloadOptions } from "../../models/download_options.ts";
import { dreamGradientGraph } from "../dreamer/step_graph.ts";
import type { Parameters } from "../settings/parameters.ts";

/**
 * Builds the gradient once, at the smallest size, which takes a moment. Downloads the network if necessary.
 *
 * @throws {ReverieError} for a network, layers or channels that do not exist or cannot dream
 */
export async function checkLayers(parameters: Parameters, options: DownloadOptions = {}): Promise<void> {
  const network = await openNetwork(parameters, options);
  const layers = parameters.layers ?? network.defaultLayers;
  const { smallest, multiple, only } = inputSizes(network, layers);
  const side = Math.ceil(smallest / multiple) * multiple;
  dreamGradientGraph(network, only ?? { width: side, height: side }, {
    ...parameters,
    layers,
    forms: { maxPool: "codes" },
  });
}
