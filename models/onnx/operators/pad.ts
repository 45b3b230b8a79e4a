import type { Tensor } from "../model.ts";
import { normalizeAxes } from "./axes.ts";
import { adjoint, copyMap } from "./axis_map.ts";
import type { NodeContext } from "./node_context.ts";
import type { Evaluator, GradientRule, Operator, ShapeRule, UpgradeRule } from "./operator.ts";
import { broadcastTo, forEachPlace, stridesOf, zeros } from "./strided.ts";
import type { UpgradeContext } from "./upgrade_context.ts";

/** Padding of every axis; negative amounts cut off. */
interface Padding {
  before: number[];
  after: number[];
}

/** Old operator sets have the amounts as an attribute, new ones may name axes. */
function paddingOf(c: NodeContext): Padding {
  const rank = c.dims(0).length;
  const pads = c.intsOf("pads", 1) ?? [];
  const axes = c.has(3) ? normalizeAxes(c.numbers(3), rank) : Array.from({ length: rank }, (_, axis) => axis);
  if (pads.length !== 2 * axes.length) throw new Error(`${pads.length} pads do not fit ${axes.length} axes`);
  const [before, after] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  axes.forEach((axis, i) => [before[axis], after[axis]] = [pads[i]!, pads[i + axes.length]!]);
  return { before, after };
}

const modeOf = (c: NodeContext): string => c.string("mode", "constant");

const shape: ShapeRule = (c) => {
  const { type, dims } = c.info(0);
  const { before, after } = paddingOf(c);
  return [{ type, dims: dims.map((size, axis) => size + before[axis]! + after[axis]!) }];
};

/** Padding with a constant. */
const evaluate: Evaluator = (c, [output]) => {
  if (modeOf(c) !== "constant") return undefined;
  const source = c.tensor(0);
  const { type, dims } = output!;
  const { before } = paddingOf(c);
  const strides = stridesOf(dims);
  const data = broadcastTo(fillValue(c, source), dims).data.slice() as Tensor["data"];
  const sourceStrides = stridesOf(source.dims);
  const isInside = (position: number) =>
    before.every((begin, axis) => {
      const index = Math.floor(position / sourceStrides[axis]!) % source.dims[axis]! + begin;
      return index >= 0 && index < dims[axis]!;
    });
  const offset = before.reduce((sum, begin, axis) => sum + begin * strides[axis]!, 0);
  forEachPlace(source.dims, strides, offset, (position, place) => {
    if (isInside(position)) data[place] = source.data[position]!;
  });
  return [{ type, dims, data }];
};

function fillValue(c: NodeContext, source: Tensor): Tensor {
  if (c.has(2)) return { ...c.tensor(2), dims: [] };
  const data = zeros(source.type, 1);
  if (!(data instanceof BigInt64Array)) data[0] = c.float("value", 0);
  return { type: source.type, dims: [], data };
}

/** Attributes until operator set 10; the axes may be chosen since 18, and "wrap" exists since 19. */
const upgrade: UpgradeRule = (c) => {
  if (c.opset < 11) return padFromAttributes(c);
  if (modeOf(c) === "wrap") c.refuse("padding that wraps around is not supported");
  if (!c.has(3)) return c.change({ inputs: c.node.inputs.slice(0, 3) });
  c.change({
    inputs: [c.input(0), padsOfAllAxes(c), c.node.inputs[2] ?? ""].filter((name, i) => name || i < 2),
  });
};

function padFromAttributes(c: UpgradeContext): void {
  const pads = c.attribute("pads");
  if (pads?.kind !== "ints") c.refuse("it has no pads");
  const value = c.float("value", 0);
  const fill = value === 0 ? [] : [c.scalarLike(value, c.input(0))];
  c.change({ inputs: [c.input(0), c.g.ints(...pads.value), ...fill] }, ["pads", "value"]);
}

/** Writes the pads of some axes into a list of zeros for all of them: the begins of all axes, then their ends. */
function padsOfAllAxes(c: UpgradeContext): string {
  const { g } = c;
  const shape = g.op("Shape", [c.input(0)]);
  const rank = g.op("Shape", [shape]);
  const zeros = g.op("ConstantOfShape", [g.add(rank, rank)], {
    value: { kind: "tensor", value: { type: "int64", dims: [1], data: new BigInt64Array(1) } },
  });
  const axes = g.cast(c.input(3), "int64");
  const begins = g.where(g.less(axes, g.ints(0)), g.add(axes, rank), axes);
  const places = g.concat([begins, g.add(begins, rank)], 0);
  return g.op("ScatterElements", [zeros, places, g.cast(c.input(1), "int64")], { axis: 0 });
}

/** Constant padding is cut off again; mirrored and repeated borders add to where they came from. */
const gradient: GradientRule = (c) => {
  const { before, after } = paddingOf(c);
  const mode = modeOf(c);
  const negated = (amounts: number[]) => amounts.map((amount) => -amount);
  if (mode === "constant") return c.grad.padOrCrop(negated(before), negated(after));
  const maps = c.dims(0).map((size, axis) =>
    copyMap(axis, size, borderSources(mode, size, before[axis]!, after[axis]!))
  );
  return adjoint(c.grad, maps);
};

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

/** A border around a value, which may also be negative and then cuts. */
export const pad: Operator = { shape, evaluate, reads: "bits", upgrade, gradient };
