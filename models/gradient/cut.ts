import { invalidParameter } from "../errors.ts";
import { foldConstants } from "../onnx/fold.ts";
import type { Graph, Model } from "../onnx/model.ts";
import { prune } from "../onnx/prune.ts";
import { upgrade } from "../onnx/upgrade.ts";
import { withFiniteConstants } from "./finite_constants.ts";
import { foldScales } from "./fold_scales.ts";
import { substituted } from "./graph_edits.ts";
import { resolveLayer } from "./layers.ts";
import { inFloat32 } from "./precision.ts";
import { withoutQuantization } from "./quantization.ts";

/** Cut networks by the layers they are cut at: a dream needs one for each octave, and only the size differs. */
const known = new WeakMap<Model, Map<string, Model>>();

/**
 * The part of a network below some layers, as far as it is the same for every size: written in operator set 17 and in
 * float32, with constants computed, batch normalisation folded into the convolutions, and without Identity and Dropout.
 * What lies above the layers may be anything. The outputs are the layers, in their order.
 *
 * @throws {ReverieError} if a layer does not exist, or if an operator or a tensor below it is not supported
 */
export function cutBelow(model: Model, layers: readonly string[]): Model {
  if (layers.length === 0) throw invalidParameter("layers", "name at least one layer to dream with");
  const byLayers = known.get(model) ?? new Map<string, Model>();
  known.set(model, byLayers);
  const key = JSON.stringify(layers);
  const cut = byLayers.get(key) ?? makeCut(model, layers);
  byLayers.set(key, cut);
  return cut;
}

function makeCut(model: Model, layers: readonly string[]): Model {
  const outputs = layers.map((layer) => ({
    name: resolveLayer(model.graph, layer),
    type: "float32" as const,
  }));
  const graph = prune({ ...model.graph, outputs });
  // Asking for the elements of an unsupported type throws.
  for (const tensor of graph.initializers.values()) if (tensor.type === "other") tensor.data;
  // Before the upgrade, which refuses weights that are quantised in blocks.
  const upgraded = upgrade({ ...model, graph: withoutQuantization(graph) });
  // In float32 before constants are computed: those of other precisions could not be.
  const constant = foldedWithoutSizes(inFloat32(upgraded));
  const plain = withoutPassThrough(withFiniteConstants(withoutQuantization(constant.graph)));
  return { ...constant, graph: prune(foldScales(plain)) };
}

/** The network in float32: what is of another precision or quantised is converted. */
export function inFloats(model: Model): Model {
  return inFloat32({ ...model, graph: withoutQuantization(model.graph) });
}

/** The sizes that the file declares stay open: those that are computed from them must not become constants. */
function foldedWithoutSizes(model: Model): Model {
  const { inputs } = model.graph;
  const open = inputs.map(({ name, type }) => ({ name, type }));
  const folded = foldConstants({ ...model, graph: { ...model.graph, inputs: open } });
  return { ...folded, graph: { ...folded.graph, inputs } };
}

/** Drops Identity and Dropout, which has no effect at inference. */
export function withoutPassThrough(graph: Graph): Graph {
  const replacements = new Map<string, string>();
  for (const { op, domain, inputs, outputs } of graph.nodes) {
    if (domain === "" && (op === "Identity" || op === "Dropout")) replacements.set(outputs[0]!, inputs[0]!);
  }
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const kept = substituted(graph, replacements);
  const nodes = kept.nodes.filter((node) => !replacements.has(node.outputs[0] ?? ""));
  return kept.outputs.some(({ name }) => inputs.has(name)) ? graph : { ...kept, nodes };
}
