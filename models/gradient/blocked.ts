import type { RuleContext } from "./registry.ts";

/** Channels come in blocks of 8 or 16, as wide as the processor's vectors. */
export const channelBlock = 16;

/** Whether the provider can keep a value of this shape in blocks of channels. */
export function isBlocked(c: RuleContext, dims: number[]): boolean {
  return c.options.maxPoolIndices !== false && c.options.blockedLayout !== false && dims.length === 4 &&
    dims[1]! % channelBlock === 0;
}

/**
 * The same value in the blocked layout. onnxruntime changes the layout for convolutions and pools; sums and products
 * only stay in it. So the value passes through a pool with windows of one element.
 */
export function entered(c: RuleContext, value: string, dims = c.shape(c.node.inputs[0]!)): string {
  if (!isBlocked(c, dims)) return value;
  const maker = c.g.graph.nodes.findLast(({ outputs }) => outputs[0] === value);
  if (maker && ["Conv", "MaxPool", "AveragePool"].includes(maker.op)) return value;
  return c.g.op("MaxPool", [value], { kernel_shape: [1, 1] }, "blocked");
}
