import { arrayType, elementCount, type Model } from "./model.ts";
import { inferShapes } from "./shapes.ts";

/**
 * The most bytes that the values of a graph take at a time, if its nodes run in order and each value lives until its
 * last use. Inputs and weights do not count.
 *
 * @param model inputs need numbers for all their dimensions
 * @throws {ShapeError} for a node whose shape cannot be inferred
 */
export function workingMemory(model: Model): number {
  const { nodes, outputs } = model.graph;
  const shapes = inferShapes(model);
  const kept = new Set(outputs.map(({ name }) => name));
  const lastUse = new Map(nodes.flatMap(({ inputs }, index) => inputs.map((name) => [name, index] as const)));
  const held = new Map<string, number>();
  let bytes = 0, most = 0;
  for (const [index, { inputs, outputs }] of nodes.entries()) {
    for (const name of outputs.filter((name) => name !== "")) {
      const { type, dims } = shapes.get(name)!;
      held.set(name, elementCount(dims) * arrayType(type).BYTES_PER_ELEMENT);
      bytes += held.get(name)!;
    }
    most = Math.max(most, bytes);
    for (const name of new Set([...inputs, ...outputs])) {
      if ((lastUse.get(name) ?? index) > index || kept.has(name)) continue;
      bytes -= held.get(name) ?? 0;
      held.delete(name);
    }
  }
  return most;
}

/** Bytes of a graph's weights. */
export function weightBytes({ graph }: Model): number {
  return graph.initializers.values().reduce((sum, { data }) => sum + data.byteLength, 0);
}
