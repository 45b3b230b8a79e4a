import { invalidParameter } from "../../errors.ts";
import { intAttribute, intsAttribute, numbersOf, stringAttribute } from "../../onnx/model.ts";
import { adjoint, type AxisMap, copyMap } from "../axis_map.ts";
import { normalAxis, reduceToInput, zeros } from "../broadcast.ts";
import { padOrCrop } from "../pad.ts";
import type { Rule, RuleContext } from "../registry.ts";

/** Operators that only rearrange: the gradient takes the input's shape again. */
const reshape: Rule = (c) => [
  c.g.reshape(c.grads[0]!, c.shape(c.node.inputs[0]!)),
  ...c.node.inputs.slice(1).map(() => undefined),
];

const identity: Rule = (c) => [c.grads[0], ...c.node.inputs.slice(1).map(() => undefined)];

const transpose: Rule = (c) => {
  const rank = c.shape(c.node.inputs[0]!).length;
  const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const perm = intsAttribute(c.node, "perm", reversed);
  const inverse = new Array<number>(rank);
  perm.forEach((from, to) => inverse[from] = to);
  return [c.g.transpose(c.grads[0]!, inverse)];
};

const expand: Rule = (c) => [reduceToInput(c, c.grads[0]!, 0), undefined];

/** Each input takes its part of the gradient. */
const concat: Rule = (c) => {
  const sizes = c.node.inputs.map((name) => c.shape(name));
  const axis = normalAxis(intAttribute(c.node, "axis", 0), sizes[0]!.length);
  let start = 0;
  return sizes.map((dims, index) => {
    const from = start;
    start += dims[axis]!;
    if (!c.needs(index)) return undefined;
    return axis === 1 ? c.gradientChannels(from, start) : c.g.slice(c.grads[0]!, [from], [start], [axis]);
  });
};

/** The parts' gradients side by side, zero for parts that the loss does not depend on. */
const split: Rule = (c) => {
  const axis = normalAxis(intAttribute(c.node, "axis", 0), c.shape(c.node.inputs[0]!).length);
  const parts = c.node.outputs.map((name, index) => c.grads[index] ?? zeros(c, c.shape(name)));
  const whole = parts.length === 1 ? parts[0]! : c.g.concat(parts, axis);
  return [whole, ...c.node.inputs.slice(1).map(() => undefined)];
};

function constantNumbers(c: RuleContext, index: number): number[] | undefined {
  const name = c.node.inputs[index];
  if (!name) return undefined;
  const tensor = c.constant(name);
  if (tensor) return numbersOf(tensor);
  throw invalidParameter("layers", `${c.node.op} "${c.node.name}" needs its "${name}" to be constant`, {
    advice: ["choose a layer below it"],
  });
}

/** Slice: the gradient is spread by the step, turned where the step is negative, and padded with zeros. */
const slice: Rule = (c) => {
  const dims = c.shape(c.node.inputs[0]!);
  const out = c.shape(c.node.outputs[0]!);
  const starts = constantNumbers(c, 1)!;
  const axes = (constantNumbers(c, 3) ?? starts.map((_, axis) => axis)).map((axis) =>
    normalAxis(axis, dims.length)
  );
  const given = constantNumbers(c, 4) ?? starts.map(() => 1);
  const begin = dims.map(() => 0);
  const step = dims.map(() => 1);
  axes.forEach((axis, i) => {
    step[axis] = given[i]!;
    const from = normalAxis(starts[i]!, dims[axis]!);
    begin[axis] = Math.min(Math.max(from, 0), given[i]! > 0 ? dims[axis]! : dims[axis]! - 1);
  });
  const spread = spreadBySteps(c, turnNegativeSteps(c, c.grads[0]!, step), out, step.map(Math.abs));
  const lowest = begin.map((from, axis) => step[axis]! < 0 ? from + (out[axis]! - 1) * step[axis]! : from);
  const width = out.map((count, axis) => (count - 1) * Math.abs(step[axis]!) + 1);
  const after = dims.map((size, axis) => size - lowest[axis]! - width[axis]!);
  return [padOrCrop(c, spread, width, lowest, after), ...c.node.inputs.slice(1).map(() => undefined)];
};

function turnNegativeSteps(c: RuleContext, grad: string, step: number[]): string {
  const axes = step.map((_, axis) => axis).filter((axis) => step[axis]! < 0);
  if (axes.length === 0) return grad;
  const all = (value: number) => axes.map(() => value);
  return c.g.slice(grad, all(-1), all(-(2 ** 31)), axes, all(-1));
}

/** Puts `step - 1` zeros between neighbours: as new axes that are padded and merged. */
function spreadBySteps(c: RuleContext, grad: string, dims: number[], step: number[]): string {
  if (step.every((size) => size === 1)) return grad;
  const paired = c.g.reshape(grad, dims.flatMap((size) => [size, 1]));
  const before = new Array<number>(2 * dims.length).fill(0);
  const padded = c.g.op("Pad", [paired, c.g.ints(...before, ...step.flatMap((size) => [0, size - 1]))]);
  const merged = dims.map((size, axis) => size * step[axis]!);
  return padOrCrop(c, c.g.reshape(padded, merged), merged, dims.map(() => 0), step.map((size) => 1 - size));
}

/** Which input element each element of a padded axis shows. */
function borderSources(mode: string, size: number, before: number, after: number): number[] {
  return Array.from({ length: before + size + after }, (_, index) => {
    const place = index - before;
    if (mode === "edge") return Math.min(Math.max(place, 0), size - 1);
    if (mode === "wrap") return ((place % size) + size) % size;
    const period = Math.max(1, 2 * (size - 1));
    const folded = ((place % period) + period) % period;
    return Math.min(folded, period - folded);
  });
}

/** Pad: constant padding is cut off again; mirrored and repeated borders add to where they came from. */
const pad: Rule = (c) => {
  const dims = c.shape(c.node.inputs[0]!);
  const out = c.shape(c.node.outputs[0]!);
  const amounts = constantNumbers(c, 1)!;
  const axes = constantNumbers(c, 3)?.map((axis) => normalAxis(axis, dims.length)) ??
    dims.map((_, axis) => axis);
  const before = dims.map(() => 0);
  const after = dims.map(() => 0);
  axes.forEach((axis, i) => [before[axis], after[axis]] = [amounts[i]!, amounts[i + axes.length]!]);
  const mode = stringAttribute(c.node, "mode", "constant");
  const rest = c.node.inputs.slice(1).map(() => undefined);
  const negated = (list: number[]) => list.map((amount) => -amount);
  if (mode === "constant") return [padOrCrop(c, c.grads[0]!, out, negated(before), negated(after)), ...rest];
  const maps: AxisMap[] = dims.map((size, axis) =>
    copyMap(axis, size, borderSources(mode, size, before[axis]!, after[axis]!))
  );
  return [adjoint(c, c.grads[0]!, out, maps), ...rest];
};

/** DepthToSpace and SpaceToDepth move elements without changing them: each is the other's adjoint. */
const depthToSpace: Rule = (c) => {
  const blocksize = intAttribute(c.node, "blocksize", 1);
  if (stringAttribute(c.node, "mode", "DCR") === "DCR") {
    return [c.g.op("SpaceToDepth", [c.grads[0]!], { blocksize })];
  }
  const [batch, channels, height, width] = c.shape(c.node.inputs[0]!) as [number, number, number, number];
  const inner = channels / blocksize ** 2;
  const blocks = c.g.reshape(c.grads[0]!, [batch, inner, height, blocksize, width, blocksize]);
  return [c.g.reshape(c.g.transpose(blocks, [0, 1, 3, 5, 2, 4]), [batch, channels, height, width])];
};

const spaceToDepth: Rule = (c) => {
  const blocksize = intAttribute(c.node, "blocksize", 1);
  return [c.g.op("DepthToSpace", [c.grads[0]!], { blocksize, mode: "DCR" })];
};

/** Operators that move elements. */
export const shapeRules: Record<string, Rule> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Identity: identity,
  Dropout: identity,
  Cast: identity,
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
