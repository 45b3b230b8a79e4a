import { listed } from "./axes.ts";
import type { NodeContext } from "./node_context.ts";
import type { Evaluator, GradientRule, Operator, ShapeRule, UpgradeRule } from "./operator.ts";
import { strided, stridesOf } from "./strided.ts";

/** The last of equal parts is smaller where the size cannot be divided. */
function partsOf(c: NodeContext, size: number): number[] {
  const count = c.int("num_outputs", c.node.outputs.length);
  const part = Math.ceil(size / count);
  return c.intsOf("split", 1) ??
    Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
}

const shape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const axis = c.axis(0);
  const parts = partsOf(c, dims[axis]!);
  if (parts.reduce((sum, part) => sum + part, 0) !== dims[axis]) {
    throw new Error(`parts of [${parts.join(", ")}] do not make up axis ${axis} of ${listed([dims])}`);
  }
  return parts.map((part) => ({ type, dims: dims.map((n, i) => i === axis ? part : n) }));
};

const evaluate: Evaluator = (c, outputs) => {
  const source = c.tensor(0);
  const axis = c.axis(0);
  const strides = stridesOf(source.dims);
  let offset = 0;
  return outputs.map(({ dims }) => {
    const part = strided(source, dims, strides, offset);
    offset += dims[axis]! * strides[axis]!;
    return part;
  });
};

/** Since operator set 18 the number of parts may be an attribute, and the last part smaller. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset < 13) return c.listToInput("split");
  if (c.opset < 18 || c.has(1)) return c.keep();
  const { g } = c;
  const parts = c.int("num_outputs", c.node.outputs.length);
  const axis = c.int("axis", 0);
  const size = g.op("Gather", [g.op("Shape", [c.input(0)]), g.ints(axis)], { axis: 0 });
  const part = g.div(g.add(size, g.ints(parts - 1)), g.ints(parts));
  const last = g.sub(size, g.mul(part, g.ints(parts - 1)));
  // Gather counts a negative axis from the back, as Split does.
  const sizes = g.concat([...new Array<string>(parts - 1).fill(part), last], 0);
  c.change({ inputs: [c.input(0), sizes] }, ["num_outputs"]);
};

/** The parts' gradients side by side, zero for parts that the loss does not depend on. */
const gradient: GradientRule = (c) => {
  const [first, ...others] = c.node.outputs.map((name, index) => c.gradOf(index) ?? c.zeros(c.shape(name)));
  return others.length === 0 ? first! : first!.concat(others, c.axis(0));
};

/** Parts of a value along an axis. */
export const split: Operator = { shape, evaluate, reads: "bits", upgrade, gradient };
