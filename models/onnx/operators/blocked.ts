import { type Node, stringAttribute } from "../model.ts";
import type { GradientContext } from "./gradient_context.ts";

/** Channels come in blocks of 8 or 16, as wide as the processor's vectors. */
export const channelBlock = 16;

/** Whether the provider can keep a value of this shape in blocks of channels. */
export function isBlocked(c: GradientContext, dims: number[]): boolean {
  return c.forms.maxPool === "codes" && dims.length === 4 && dims[1]! % channelBlock === 0;
}

/**
 * Operators whose output is in the blocked layout, and operators that keep the layout that all their inputs
 * have.
 */
const enters = new Set(["Conv", "MaxPool", "AveragePool"]);
const stays = new Set(["Add", "Mul", "Relu", "HardSigmoid"]);

/**
 * The same value in the blocked layout. onnxruntime changes to that layout for convolutions and pools; sums
 * and products only keep it. A value in another layout therefore passes through a pool with windows of one
 * element.
 */
export function entered(c: GradientContext, value: string, dims = c.shape(c.node.inputs[0]!)): string {
  if (!isBlocked(c, dims) || hasEntered(c, value)) return value;
  return c.g.op("MaxPool", [value], { kernel_shape: [1, 1] }, "blocked");
}

/**
 * Applies elementwise operators that do not support the blocked layout to a value in that layout. With
 * channels last, blocks stay contiguous, so that this change of layout only copies whole blocks. The value is
 * flattened in between: otherwise onnxruntime would remove both transpositions, which cancel each other.
 */
export function elementwise(
  c: GradientContext,
  value: string,
  build: (value: string) => string,
  dims = c.shape(c.node.inputs[0]!),
): string {
  if (!isBlocked(c, dims)) return build(value);
  const [batch, channels, height, width] = dims as [number, number, number, number];
  const line = c.g.reshape(c.g.transpose(value, [0, 2, 3, 1]), [-1]);
  return c.g.transpose(c.g.reshape(build(line), [batch, height, width, channels]), [0, 3, 1, 2]);
}

function hasEntered(c: GradientContext, value: string): boolean {
  const maker = c.g.graph.nodes.findLast(({ outputs }) => outputs[0] === value);
  if (!maker) return false;
  return enters.has(maker.op) || stays.has(maker.op) && maker.inputs.every((input) => hasEntered(c, input)) ||
    isRepetition(maker) && hasEntered(c, maker.inputs[0]!);
}

/** Whether each element is only repeated, as in MaxPool's gradient. */
function isRepetition(node: Node): boolean {
  return node.op === "Resize" && stringAttribute(node, "mode", "nearest") === "nearest";
}
