/**
 * RAFT (Teed and Deng 2020, "RAFT: Recurrent All-Pairs Field Transforms for Optical Flow", arXiv 2003.12039) as an
 * ONNX graph. The files in `raft/` are its parts; `raft/video_graphs.ts` combines them so that video saves work.
 */
import { elementCount, floatTensor, type Model } from "../onnx/model.ts";
import { allPairs, pyramid } from "./raft/correlation.ts";
import { contextOf, features } from "./raft/extractor.ts";
import { crop, gridOf, type Size } from "./raft/padding.ts";
import { RaftGraph } from "./raft/raft_graph.ts";
import { contextGates, correlationOf, type Estimate, splitGates, update } from "./raft/update.ts";
import { upsampled } from "./raft/upsampling.ts";
import type { RaftWeights } from "./raft/weights.ts";

/** Options of {@link buildRaft}. */
export interface RaftOptions {
  /** Size of the pictures in pixels. Any size works: borders are repeated up to multiples of 8 pixels. */
  size: Size;
  /** Number of flow updates; the graph is unrolled. Default: 12, as in the paper. */
  updates?: number;
  /** Pairs per batch. Default: 1. */
  batch?: number;
}

/**
 * The whole network: inputs `previous` and `current`, float32 [batch, 3, height, width] in [0, 1] RGB; output `flow`,
 * float32 [batch, 2, height, width] in pixels from the previous picture to the current one, u before v.
 */
export function buildRaft(weights: RaftWeights, { size, updates = 12, batch = 1 }: RaftOptions): Model {
  const net = new RaftGraph(weights.architecture.variant, weights);
  const { g } = net;
  const grid = gridOf(size);
  const field = { batch, grid };
  const previous = g.input("previous", "float32", [batch, 3, size.height, size.width]);
  const current = g.input("current", "float32", [batch, 3, size.height, size.width]);

  const channels = net.architecture.features.channels[4];
  const [a, b] = [features(net, previous, size), features(net, current, size)];
  const levels = pyramid(g, allPairs(g, a, b, { batch, channels, grid }), batch, grid);
  const { hidden, context } = contextOf(net, previous, size);
  const gates = splitGates(net, contextGates(net, context));

  let estimate: Estimate = { hidden, flow: zeroFlow(net, [batch, 2, grid.rows, grid.columns]) };
  for (let i = 0; i < updates; i++) {
    estimate = update(net, estimate, gates, correlationOf(net, [levels], estimate.flow, field), field);
  }
  g.output("flow", crop(g, upsampled(net, estimate, field), size), "float32", [
    batch,
    2,
    size.height,
    size.width,
  ]);
  return g.build();
}

function zeroFlow({ g }: RaftGraph, dims: number[]): string {
  return g.constant(floatTensor(new Float32Array(elementCount(dims)), dims), "no_motion");
}
