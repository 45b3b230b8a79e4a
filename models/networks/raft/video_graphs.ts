/**
 * RAFT in parts, so that video saves work: an encoded picture serves both of its pairs, one product of features serves
 * both directions, and flow can start from the previous pair. The batch always consists of the two directions: forward
 * (previous to current), then backward.
 */
import type { GraphBuilder } from "../../onnx/build.ts";
import type { Model } from "../../onnx/model.ts";
import { cell, pyramidLevels } from "./architecture.ts";
import { allPairs, exchanged, levelGrids, pyramid } from "./correlation.ts";
import { contextOf, features } from "./extractor.ts";
import { crop, type Grid, gridOf, type Size } from "./padding.ts";
import { RaftGraph } from "./raft_graph.ts";
import { contextGates, correlationOf, type Estimate, splitGates, update } from "./update.ts";
import { upsampled } from "./upsampling.ts";
import type { RaftWeights } from "./weights.ts";

/** Names of the pyramids' levels, as outputs of {@link beginGraph} and inputs of {@link updateGraph}. */
export const pyramidNames = ["forward", "backward"].map((direction) =>
  Array.from({ length: pyramidLevels }, (_, level) => `${direction}${level}`)
);

/** Names of the outputs of {@link encodeGraph}. */
export const encodedNames = ["features", "hidden", "context"] as const;

/**
 * Encodes one picture: from `picture` float32 [1, 3, height, width] in [0, 1] to `features`, `hidden` and `context`,
 * each [1, …, rows, columns].
 */
export function encodeGraph(weights: RaftWeights, size: Size): Model {
  const net = new RaftGraph("encode", weights);
  const { g } = net;
  const picture = g.input("picture", "float32", [1, 3, size.height, size.width]);
  const { hidden, context } = contextOf(net, picture, size);
  g.output("features", features(net, picture, size), "float32");
  g.output("hidden", hidden, "float32");
  g.output("context", contextGates(net, context), "float32");
  return g.build();
}

/**
 * The first updates of a pair. Inputs: two encoded pictures (`previous_features`, `current_features`, … of
 * {@link encodeGraph}), the initial `flow` [2, 2, rows, columns] in cells, the recurrent state of the previous pair,
 * `carried` [2, hidden, rows, columns], and its weight relative to the pictures' own state, `trust`
 * [2, 1, rows, columns], from 0 to 1. Outputs: the pyramids of both directions ({@link pyramidNames}), `context`, and
 * the outputs of {@link updateGraph}.
 */
export function beginGraph(weights: RaftWeights, size: Size, updates: number): Model {
  const net = new RaftGraph("begin", weights);
  const { g } = net;
  const grid = gridOf(size);
  const pair = correlate(net, grid);
  const estimate = refine(net, { ...pair, flow: flowInput(g, grid) }, grid, updates);
  for (const [direction, levels] of pair.pyramids.entries()) {
    for (const [level, value] of levels.entries()) {
      g.output(pyramidNames[direction]![level]!, value, "float32");
    }
  }
  g.output("context", pair.context, "float32");
  outputState(net, estimate);
  return g.build();
}

/**
 * More updates: from `context` and the pyramids of {@link beginGraph}, `hidden` and `flow` to `next_hidden`,
 * `next_flow` and `change`, the length of the last update in pixels (root mean square over the grid).
 */
export function updateGraph(weights: RaftWeights, size: Size, updates: number): Model {
  const net = new RaftGraph("update", weights);
  const { g } = net;
  const grid = gridOf(size);
  const { rows, columns } = grid;
  const pyramids = pyramidNames.map((names) =>
    levelGrids(grid).map((level, i) =>
      g.input(names[i]!, "float32", [rows * columns, 1, level.rows, level.columns])
    )
  );
  const hidden = g.input("hidden", "float32", [2, net.architecture.hidden, rows, columns]);
  const context = g.input("context", "float32", [2, gateChannels(net), rows, columns]);
  outputState(net, refine(net, { hidden, flow: flowInput(g, grid), context, pyramids }, grid, updates));
  return g.build();
}

/**
 * Upsampling: from `hidden` and `flow` after the last update to `forward` and `backward`, float32
 * [1, 2, height, width] in pixels.
 */
export function upsampleGraph(weights: RaftWeights, size: Size): Model {
  const net = new RaftGraph("upsample", weights);
  const { g } = net;
  const grid = gridOf(size);
  const hidden = g.input("hidden", "float32", [2, net.architecture.hidden, grid.rows, grid.columns]);
  outputFlow(net, { hidden, flow: flowInput(g, grid) }, size);
  return g.build();
}

/**
 * Everything after {@link encodeGraph} in one graph, for a fixed number of updates: from the inputs of
 * {@link beginGraph} to `forward`, `backward`, `next_hidden` and `next_flow`. The pyramids never leave the graph, which
 * saves transfers if the engine's memory is not the device's.
 */
export function pairGraph(weights: RaftWeights, size: Size, updates: number): Model {
  const net = new RaftGraph("pair", weights);
  const { g } = net;
  const grid = gridOf(size);
  const estimate = refine(net, { ...correlate(net, grid), flow: flowInput(g, grid) }, grid, updates);
  outputFlow(net, estimate, size);
  g.output("next_hidden", estimate.hidden, "float32");
  g.output("next_flow", estimate.flow, "float32");
  return g.build();
}

/** A pair of pictures in a graph. */
interface Pair {
  /** One pyramid for the forward and one for the backward direction. */
  pyramids: string[][];
  hidden: string;
  context: string;
}

function correlate(net: RaftGraph, grid: Grid): Pair {
  const { g, architecture } = net;
  const channels = architecture.features.channels[4];
  const inputs = (part: string, depth: number) =>
    ["previous", "current"].map((frame) =>
      g.input(`${frame}_${part}`, "float32", [1, depth, grid.rows, grid.columns])
    );
  const [a, b] = inputs("features", channels);
  const volume = allPairs(g, a!, b!, { batch: 1, channels, grid });
  return {
    pyramids: [volume, exchanged(g, volume)].map((direction) => pyramid(g, direction, 1, grid)),
    hidden: mixed(g, g.concat(inputs("hidden", architecture.hidden), 0), architecture.hidden, grid),
    context: g.concat(inputs("context", gateChannels(net)), 0),
  };
}

/** Mixes the pictures' own recurrent state with the carried one, weighted by `trust`. */
function mixed(g: GraphBuilder, own: string, channels: number, { rows, columns }: Grid): string {
  const carried = g.input("carried", "float32", [2, channels, rows, columns]);
  const trust = g.input("trust", "float32", [2, 1, rows, columns]);
  return g.add(own, g.mul(trust, g.sub(carried, own)));
}

function refine(
  net: RaftGraph,
  { hidden, flow, context, pyramids }: Pair & { flow: string },
  grid: Grid,
  updates: number,
): Estimate & { change: string } {
  const field = { batch: 2, grid };
  const gates = splitGates(net, context);
  let estimate = { hidden, flow, change: "" };
  for (let i = 0; i < updates; i++) {
    estimate = update(net, estimate, gates, correlationOf(net, pyramids, estimate.flow, field), field);
  }
  return estimate;
}

function outputFlow(net: RaftGraph, estimate: Estimate, size: Size): void {
  const { g } = net;
  const flow = crop(g, upsampled(net, estimate, { batch: 2, grid: gridOf(size) }), size);
  const [forward, backward] = g.ops("Split", [flow], { axis: 0 }, 2, "direction");
  const dims = [1, 2, size.height, size.width];
  g.output("forward", forward!, "float32", dims);
  g.output("backward", backward!, "float32", dims);
}

function outputState({ g }: RaftGraph, { hidden, flow, change }: Estimate & { change: string }): void {
  g.output("next_hidden", hidden, "float32");
  g.output("next_flow", flow, "float32");
  g.output("change", rootMeanSquare(g, change), "float32");
}

function flowInput(g: GraphBuilder, { rows, columns }: Grid): string {
  return g.input("flow", "float32", [2, 2, rows, columns]);
}

function gateChannels({ architecture: { grus, hidden } }: RaftGraph): number {
  return 3 * grus.length * hidden;
}

/** The length of [2, 2, rows, columns] in cells, as the root mean square over all cells, in pixels. */
function rootMeanSquare(g: GraphBuilder, change: string): string {
  const squares = g.reduceSum(g.mul(change, change), [1]);
  return g.mul(g.sqrt(g.reduceMean(squares, undefined, 0)), g.scalar(cell));
}
