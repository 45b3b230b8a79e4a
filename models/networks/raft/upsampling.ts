/** Upsamples flow from the grid of 8x8-pixel cells to every pixel (Teed and Deng 2020, section 3.3, appendix B). */
import type { GraphBuilder } from "../../onnx/build.ts";
import { floatTensor } from "../../onnx/model.ts";
import { cell } from "./architecture.ts";
import type { RaftGraph } from "./raft_graph.ts";
import type { Estimate, Field } from "./update.ts";

/** Flow of every pixel in pixels, [n, 2, 8 rows, 8 columns]: RAFT-large combines neighbours, RAFT-small interpolates. */
export function upsampled(net: RaftGraph, estimate: Estimate, field: Field): string {
  const { g } = net;
  const flow = g.mul(estimate.flow, g.scalar(cell));
  if (net.architecture.mask === undefined) return interpolated(g, flow, field);
  return combined(net, flow, mask(net, estimate.hidden), field);
}

function interpolated(g: GraphBuilder, flow: string, { batch, grid }: Field): string {
  const sizes = g.ints(batch, 2, cell * grid.rows, cell * grid.columns);
  const attributes = { mode: "linear", coordinate_transformation_mode: "align_corners" };
  return g.op("Resize", [flow, "", "", sizes], attributes);
}

/** Weights of the 3x3 cells around each pixel's own cell, before the softmax: [n, 9 * 64, rows, columns]. */
function mask(net: RaftGraph, hidden: string): string {
  const first = net.g.relu(net.convolution(hidden, "mask_predictor.convrelu.0"));
  // The authors' factor for balancing gradients in training.
  return net.g.mul(net.convolution(first, "mask_predictor.conv"), net.g.scalar(0.25));
}

/** Each pixel's flow is a convex combination of the flow of the 3x3 cells around it. */
function combined(
  net: RaftGraph,
  flow: string,
  logits: string,
  { batch, grid: { rows, columns } }: Field,
): string {
  const { g } = net;
  const pixels = cell * cell;
  const weights = g.op("Softmax", [g.reshape(logits, [batch, 9, pixels, rows, columns])], { axis: 1 });
  const components = g.ops(
    "Split",
    [neighbours(net, flow, batch, rows, columns)],
    { axis: 1 },
    2,
    "component",
  );
  const combinations = components.map((component) => {
    const around = g.reshape(component, [batch, 9, 1, rows, columns]);
    return g.reduceSum(g.mul(weights, around), [1], 0);
  });
  // The channels u(0, 0), u(0, 1), … v(7, 7) of a cell become its 8x8 pixels.
  return g.op("DepthToSpace", [g.concat(combinations, 1)], { blocksize: cell, mode: "CRD" });
}

/** The flow of the 3x3 cells around each cell, zero beyond the border: [n, 2, 9, rows, columns]. */
function neighbours(net: RaftGraph, flow: string, batch: number, rows: number, columns: number): string {
  const { g } = net;
  const kernel = net.constant("neighbours", () => {
    const data = new Float32Array(81);
    for (let i = 0; i < 9; i++) data[10 * i] = 1;
    return floatTensor(data, [9, 1, 3, 3]);
  });
  const planes = g.reshape(flow, [2 * batch, 1, rows, columns]);
  const around = g.conv(planes, kernel, "", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  return g.reshape(around, [batch, 2, 9, rows, columns]);
}
