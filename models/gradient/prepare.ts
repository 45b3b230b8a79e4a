import { invalidParameter } from "../errors.ts";
import { foldConstants } from "../onnx/fold.ts";
import type { Graph, Model } from "../onnx/model.ts";
import { namesReadBy, prune } from "../onnx/prune.ts";
import { inferShapes, ShapeTable } from "../onnx/shapes.ts";
import { cutBelow, withoutPassThrough } from "./cut.ts";
import { foldScales } from "./fold_scales.ts";
import { withFiniteConstants } from "./finite_constants.ts";
import { withFreeSizes } from "./free_sizes.ts";
import { dependents, networkInputs, refuseUnknownOperators } from "./layers.ts";
import { poolParts } from "./part_pools.ts";
import { reorderPools } from "./reorder_pools.ts";

/** Options of {@link prepare}. */
export interface PrepareOptions {
  /** The layers to keep, by any name that `resolveLayer` understands. */
  layers: string[];
  /** Static shape of the network's input, [1, 3, height, width] for most. */
  inputShape: number[];
}

/** A network reduced to the nodes below its layers. */
export interface PreparedModel {
  /** Uses operator set 17, with one input of static shape and the layers as outputs. */
  model: Model;
  /** The values of the requested layers, in their order. */
  layers: string[];
}

/**
 * Prepares a network for differentiation. Everything above the layers is removed, the input gets the requested size
 * (whatever size the file declares), constants are folded (an If is replaced by the branch that it takes), Identity and
 * Dropout are removed, batch normalisation is folded into the convolutions, and pools are exchanged with their
 * neighbours if that saves work. The layers' activations do not change.
 *
 * @throws {ReverieError} if a layer does not exist, cannot be differentiated, or cannot run at this size
 */
export function prepare(model: Model, options: PrepareOptions): PreparedModel {
  const upgraded = cutBelow(model, options.layers);
  const { graph: constant, values } = constantGraph(upgraded, options);
  const inputs = networkInputs(constant);
  refuseIndependentLayers(constant, inputs, values, options);
  refuseUnknownOperators(constant, inputs);
  const folded = foldScales(withoutPassThrough(withFiniteConstants(constant)));
  const graph = prune(reorderPools(prune(poolParts(withFiniteConstants(folded)))));
  const layers = graph.outputs.map(({ name }) => name);
  const shapes = staticShapes({ ...upgraded, graph }, options, declaredSize(upgraded.graph));
  const described = [...new Set(layers)].map((name) => ({ name, ...shapes.get(name)! }));
  // Nodes are named after their outputs, so that their names do not clash with those of the backward pass.
  const nodes = graph.nodes.map((node) => ({ ...node, name: node.outputs[0] ?? node.name }));
  return { model: { ...upgraded, graph: { ...graph, nodes, outputs: described } }, layers };
}

/** A cut network at the requested size, with constants folded, and the values of the layers. */
function constantGraph(cut: Model, options: PrepareOptions): { graph: Graph; values: string[] } {
  const graph = withInputShape(cut.graph, options);
  return { graph: foldConstants({ ...cut, graph }).graph, values: graph.outputs.map(({ name }) => name) };
}

function refuseIndependentLayers(
  graph: Graph,
  inputs: string[],
  values: string[],
  options: PrepareOptions,
): void {
  const depends = dependents(graph, inputs);
  const index = values.findIndex((value) => !depends.has(value));
  if (index === -1) return;
  throw invalidParameter(
    "layers",
    `the layer "${options.layers[index]}" does not depend on the network's input`,
  );
}

/** Gives the only input its static shape; inputs that only declare a weight are dropped. */
function withInputShape(graph: Graph, { inputShape }: PrepareOptions): Graph {
  const used = new Set(graph.nodes.flatMap(namesReadBy));
  const names = networkInputs(graph).filter((name) => used.has(name));
  if (names.length === 0) return { ...graph, inputs: [] };
  if (names.length > 1) {
    throw invalidParameter(
      "model",
      `a network to dream with has one input, this one has ${names.length}: ${names.join(", ")}`,
    );
  }
  const input = graph.inputs.find(({ name }) => name === names[0])!;
  if (input.dims && input.dims.length !== inputShape.length) {
    throw invalidParameter(
      "model",
      `the network's input "${input.name}" has ${input.dims.length} dimensions, not [${
        inputShape.join(", ")
      }]`,
    );
  }
  if (input.type !== "float32") {
    throw invalidParameter("model", `the network's input "${input.name}" is ${input.type}`, {
      advice: ["convert the model to float32"],
    });
  }
  const sized = { ...graph, inputs: [{ ...input, dims: inputShape }] };
  const isDeclared = input.dims?.every((size) => typeof size === "number");
  return isDeclared ? withFreeSizes(sized, input.dims as number[]) : sized;
}

/**
 * Whether a network can run up to the layers at a size; only shapes are inferred.
 *
 * @throws {ReverieError} for layers that do not exist or do not depend on the input
 */
export function runsAt(model: Model, options: PrepareOptions): boolean {
  const { graph, values } = constantGraph(cutBelow(model, options.layers), options);
  const table = new ShapeTable(graph);
  return values.every((name) => table.has(name)) &&
    graph.nodes.every((node) => node.outputs.every((name) => name === "" || table.has(name)));
}

/** The height and width that the file declares, if they are numbers. */
export function declaredSize(graph: Graph): { height: number; width: number } | undefined {
  const [, , height, width] = graph.inputs.find(({ name }) => !graph.initializers.has(name))?.dims ?? [];
  return typeof height === "number" && typeof width === "number" ? { height, width } : undefined;
}

function staticShapes(
  model: Model,
  { inputShape }: PrepareOptions,
  declared: ReturnType<typeof declaredSize>,
): ReturnType<typeof inferShapes> {
  try {
    return inferShapes(model);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const written = declared ? `; its file is written for ${declared.height}x${declared.width}` : "";
    throw invalidParameter(
      "layers",
      `the network cannot run up to this layer with an input of ${
        inputShape.join("x")
      } (${reason}${written})`,
      { advice: ["choose a lower layer or another size"], cause: error },
    );
  }
}
