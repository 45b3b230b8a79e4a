/** The update operator (Teed and Deng 2020, section 3.3): a recurrent unit that moves flow towards better matches. */
import { floatTensor, type Tensor } from "../../onnx/model.ts";
import { contextChannels, correlationChannels, type GruArchitecture } from "./architecture.ts";
import { lookup } from "./correlation.ts";
import type { Grid } from "./padding.ts";
import type { RaftGraph } from "./raft_graph.ts";

/** The values that each update changes, on the grid of 8x8-pixel cells. */
export interface Estimate {
  /** The recurrent state, [n, hidden, rows, columns]. */
  hidden: string;
  /** [n, 2, rows, columns], in cells. */
  flow: string;
}

/** One batch of pairs on a grid. */
export interface Field {
  batch: number;
  grid: Grid;
}

const recurrent = "update_block.recurrent_block";

/**
 * The context's contribution to the recurrent units' gates, [n, units * 3 * hidden, rows, columns]. It is the same in
 * every update, because a convolution over stacked channels is the sum of convolutions over their parts.
 */
export function contextGates(net: RaftGraph, context: string): string {
  const { hidden, grus } = net.architecture;
  const channels = [[hidden, hidden + contextChannels(net.architecture)]] as const;
  const gates = grus.flatMap(({ name }) =>
    ["z", "r", "q"].map((gate) => net.convolution(context, `${recurrent}.${name}.conv${gate}`, { channels }))
  );
  return net.g.concat(gates, 1);
}

/** The parts of {@link contextGates}: z, r and q of each unit. */
export function splitGates(net: RaftGraph, gates: string): string[] {
  return net.g.ops("Split", [gates], { axis: 1 }, 3 * net.architecture.grus.length, "gate");
}

/** One update. `gates` come from {@link splitGates}, `correlation` from {@link correlationOf}. */
export function update(
  net: RaftGraph,
  { hidden, flow }: Estimate,
  gates: readonly string[],
  correlation: string,
  field: Field,
): Estimate & { change: string } {
  const motion = motionEncoder(net, flow, correlation, field);
  let state = hidden;
  for (const [index, gru] of net.architecture.grus.entries()) {
    state = convolutionalGru(net, gru, state, motion, gates.slice(3 * index, 3 * index + 3));
  }
  const change = flowHead(net, state);
  return { hidden: state, flow: net.g.add(flow, change), change };
}

/** Looks up the correlations of a batch. There is one pyramid for each part of the batch, in its order. */
export function correlationOf(
  net: RaftGraph,
  pyramids: readonly string[][],
  flow: string,
  field: Field,
): string {
  const { g } = net;
  const batch = field.batch / pyramids.length;
  const flows = pyramids.length === 1
    ? [flow]
    : g.ops("Split", [flow], { axis: 0 }, pyramids.length, "direction");
  const parts = pyramids.map((levels, i) => lookup(net, levels, flows[i]!, { batch, grid: field.grid }));
  return parts.length === 1 ? parts[0]! : g.concat(parts, 0);
}

/** Features of the correlations and of the flow itself, with the flow at the end. */
function motionEncoder(net: RaftGraph, flow: string, correlation: string, field: Field): string {
  const { g, architecture } = net;
  const path = "update_block.motion_encoder";
  const matched = correlationEncoder(net, correlation, `${path}.convcorr1.0`, field);
  const matching = architecture.motion.correlation.length === 1
    ? matched
    : g.relu(net.convolution(matched, `${path}.convcorr2.0`));
  const moved = g.relu(net.convolution(flow, `${path}.convflow1.0`));
  const moving = g.relu(net.convolution(moved, `${path}.convflow2.0`));
  const both = g.relu(net.convolution(g.concat([matching, moving], 1), `${path}.conv.0`));
  return g.concat([both, flow], 1);
}

/** The 1x1 convolution over correlations, as a matrix product, since they are stored cell by cell. */
function correlationEncoder(
  net: RaftGraph,
  correlation: string,
  name: string,
  { batch, grid }: Field,
): string {
  const { g } = net;
  const kernel = net.constant(`${name}.columns`, () => {
    const { data, dims: [filters] } = net.weight(`${name}.weight`);
    return transposed(data as Float32Array, filters!, correlationChannels(net.architecture));
  });
  const bias = net.constant(`${name}.bias`, () => net.weight(`${name}.bias`));
  const filters = net.weight(`${name}.bias`).data.length;
  const features = g.relu(g.op("Gemm", [correlation, kernel, bias]));
  return g.transpose(g.reshape(features, [batch, grid.rows, grid.columns, filters]), [0, 3, 1, 2]);
}

function transposed(values: Float32Array, rows: number, columns: number): Tensor {
  const data = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
  return floatTensor(data, [columns, rows]);
}

/**
 * A gated recurrent unit (Cho et al. 2014) with convolutions, over [state, context, motion]:
 * z = sigmoid(Wz), r = sigmoid(Wr), q = tanh(W [r * state, context, motion]), state' = (1 - z) state + z q.
 * The context's contribution to each gate is given.
 */
function convolutionalGru(
  net: RaftGraph,
  { name }: GruArchitecture,
  state: string,
  motion: string,
  [contextZ, contextR, contextQ]: string[],
): string {
  const { g } = net;
  const gate = (which: string, x: string, context: string) =>
    g.add(gateConvolution(net, name, which, x), context);
  const seen = g.concat([state, motion], 1);
  const z = g.sigmoid(gate("z", seen, contextZ!));
  const r = g.sigmoid(gate("r", seen, contextR!));
  const q = g.tanh(gate("q", g.concat([g.mul(r, state), motion], 1), contextQ!));
  return g.add(state, g.mul(z, g.sub(q, state)));
}

/** A gate's convolution over state and motion, without the context channels between them. */
function gateConvolution(net: RaftGraph, unit: string, gate: string, x: string): string {
  const { hidden, motion } = net.architecture;
  const from = hidden + contextChannels(net.architecture);
  const channels = [[0, hidden], [from, from + motion.both + 2]] as const;
  return net.convolution(x, `${recurrent}.${unit}.conv${gate}`, { channels, withoutBias: true });
}

/** The change of the flow, in cells. */
function flowHead(net: RaftGraph, hidden: string): string {
  const first = net.g.relu(net.convolution(hidden, "update_block.flow_head.conv1"));
  return net.convolution(first, "update_block.flow_head.conv2");
}
