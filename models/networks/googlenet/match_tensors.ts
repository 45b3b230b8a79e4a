/** Recognises GoogLeNet among the tensors of a file by their names and shapes. */
import type { Checkpoint, CheckpointTensor } from "../checkpoint/checkpoint.ts";
import {
  classifier,
  convolutions,
  type GoogLeNetWeights,
  lastChannels,
  type LayerWeights,
} from "./architecture.ts";

/**
 * The weights of a GoogLeNet whose tensors have names such as `inception_3a_1x1.weight` (neural-dream) or
 * `inception_3a/1x1.weight` (Caffe), with any common prefix; undefined if a convolution is missing or has another
 * shape. Other tensors, such as those of the auxiliary classifiers, are ignored.
 */
export function matchGoogLeNetTensors(tensors: Checkpoint): GoogLeNetWeights | undefined {
  const named = new Map(Array.from(tensors, ([name, tensor]) => [plain(name), tensor]));
  const prefix = prefixOf(named.keys());
  if (prefix === undefined) return undefined;
  const weights = new Map<string, LayerWeights>();

  const layer = (name: string): { filter: CheckpointTensor; bias: CheckpointTensor } | undefined => {
    const filter = named.get(`${prefix}${plain(name)}_weight`),
      bias = named.get(`${prefix}${plain(name)}_bias`);
    return filter && bias && bias.data.length === filter.dims[0] ? { filter, bias } : undefined;
  };

  for (const [name, dims] of convolutions) {
    const found = layer(name);
    if (`${found?.filter.dims}` !== `${dims}`) return undefined;
    weights.set(name, { filter: found!.filter.data, bias: found!.bias.data });
  }
  const head = layer(classifier) ?? layer(`${classifier}_1`);
  if (head && head.filter.data.length === head.bias.data.length * lastChannels) {
    weights.set(classifier, { filter: head.filter.data, bias: head.bias.data });
  }
  return weights;
}

/** Layer and parameter as words joined by underscores. */
function plain(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, "_");
}

/** The common prefix of the names, such as `module_`. */
function prefixOf(names: Iterable<string>): string | undefined {
  const last = `${plain(convolutions.keys().next().value!)}_weight`;
  for (const name of names) if (name.endsWith(last)) return name.slice(0, -last.length);
  return undefined;
}
