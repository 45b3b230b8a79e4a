import { normalizeAxes } from "./axes.ts";
import type { NodeContext } from "./node_context.ts";
import type { Evaluator, GradientRule, Operator, ShapeRule, UpgradeRule } from "./operator.ts";
import { strided, stridesOf } from "./strided.ts";
import type { Value } from "./value.ts";

/** What a Slice takes from one axis: elements `start`, `start + step`, …, `count` of them. */
interface SlicedAxis {
  axis: number;
  start: number;
  step: number;
  count: number;
}

/** The axes that a Slice node cuts. */
function slicedAxes(c: NodeContext): SlicedAxis[] {
  const dims = c.dims(0);
  const starts = c.intsOf("starts", 1) ?? [];
  const ends = c.intsOf("ends", 2) ?? [];
  const axes = normalizeAxes(c.intsOf("axes", 3) ?? starts.map((_, axis) => axis), dims.length);
  const steps = c.has(4) ? c.numbers(4) : starts.map(() => 1);
  return axes.map((axis, i) => {
    const [size, step] = [dims[axis]!, steps[i]!];
    if (step === 0) throw new Error("a step of 0 leads nowhere");
    const counted = (value: number) => value < 0 ? value + size : value;
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = Math.min(Math.max(counted(starts[i]!), 0), high);
    const end = Math.min(Math.max(counted(ends[i]!), low), high);
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

const shape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const result = [...dims];
  for (const { axis, count } of slicedAxes(c)) result[axis] = count;
  return [{ type, dims: result }];
};

const evaluate: Evaluator = (c, [output]) => {
  const source = c.tensor(0);
  const strides = stridesOf(source.dims);
  const steps = [...strides];
  let offset = 0;
  for (const { axis, start, step } of slicedAxes(c)) {
    steps[axis] = strides[axis]! * step;
    offset += start * strides[axis]!;
  }
  return [strided(source, output!.dims, steps, offset)];
};

/** Before operator set 10 the bounds were attributes. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset >= 10) return c.keep();
  const lists = ["starts", "ends", "axes"].map((name) => c.attribute(name));
  const inputs = lists.flatMap((list) => list?.kind === "ints" ? [c.list(list.value)] : []);
  c.change({ inputs: [c.input(0), ...inputs] }, ["starts", "ends", "axes"]);
};

/** The gradient is turned where the step is negative, spread by the step, and padded with zeros. */
const gradient: GradientRule = (c) => {
  const [dims, out] = [c.dims(0), c.y.dims];
  const lowest = dims.map(() => 0);
  const step = dims.map(() => 1);
  for (const { axis, start, step: given, count } of slicedAxes(c)) {
    step[axis] = Math.abs(given);
    lowest[axis] = given < 0 ? start + (count - 1) * given : start;
  }
  const turned = slicedAxes(c).filter(({ step }) => step < 0).map(({ axis }) => axis);
  const spread = spreadBySteps(reversed(c.grad, turned), step);
  const after = dims.map((size, axis) => size - lowest[axis]! - (out[axis]! - 1) * step[axis]! - 1);
  return spread.padOrCrop(lowest, after);
};

function reversed(grad: Value, axes: number[]): Value {
  if (axes.length === 0) return grad;
  const all = (value: number) => axes.map(() => value);
  return grad.slice(all(-1), all(-(2 ** 31)), axes, all(-1));
}

/** Puts `step - 1` zeros between neighbours: as new axes that are padded and merged. */
function spreadBySteps(grad: Value, step: number[]): Value {
  if (step.every((size) => size === 1)) return grad;
  const { dims } = grad;
  const none = dims.map(() => 0);
  const paired = grad.reshape(dims.flatMap((size) => [size, 1]));
  const padded = paired.pad([...none, ...none], step.flatMap((size) => [0, size - 1]));
  return padded.reshape(dims.map((size, axis) => size * step[axis]!)).padOrCrop(
    none,
    step.map((size) => 1 - size),
  );
}

/** Parts of a value: every so many elements between two bounds, along some axes. */
export const slice: Operator = { shape, evaluate, reads: "bits", upgrade, gradient };
