/**
 * Operators whose axes, sizes or bounds moved between attributes and inputs.
 *
 * @module
 */

import type { UpgradeContext, UpgradeRule } from "./context.ts";

/** Makes an input of a list attribute (Squeeze, Unsqueeze, ReduceSum and Split, since operator set 13). */
function listToInput(attribute: string): UpgradeRule {
  return (c) => {
    const list = c.attribute(attribute);
    if (list?.kind !== "ints") return c.keep();
    c.change({ inputs: [c.input(0), c.ints(list.value)] }, [attribute]);
  };
}

/** Since operator set 18 the axes are an input of every reduction; until then only of ReduceSum. */
const reduce: UpgradeRule = (c) => {
  if (c.opset < 18) return c.keep();
  const axes = c.has(1) ? c.numbers(1) : [];
  const dropped = ["noop_with_empty_axes"];
  const inputs = [c.input(0)];
  if (axes.length > 0) {
    const attributes = { ...c.node.attributes, axes: { kind: "ints" as const, value: axes } };
    return c.change({ inputs, attributes }, dropped);
  }
  if (c.int("noop_with_empty_axes", 0) !== 1) return c.change({ inputs }, dropped);
  if (!["ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd"].includes(c.node.op)) {
    c.refuse("it reduces no axis");
  }
  c.finish("Identity", inputs);
};

/** Since operator set 18 the number of parts may be an attribute, and the last part smaller. */
const split: UpgradeRule = (c) => {
  if (c.opset < 13) return listToInput("split")(c);
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

/** Before operator set 10 the bounds were attributes. */
const slice: UpgradeRule = (c) => {
  if (c.opset >= 10) return c.keep();
  const lists = ["starts", "ends", "axes"].map((name) => c.attribute(name));
  const inputs = lists.flatMap((list) => list?.kind === "ints" ? [c.ints(list.value)] : []);
  c.change({ inputs: [c.input(0), ...inputs] }, ["starts", "ends", "axes"]);
};

/** Before operator set 10 the number of elements was an attribute. */
const topK: UpgradeRule = (c) => {
  if (c.opset >= 10) return c.keep();
  c.change({ inputs: [c.input(0), c.g.ints(c.int("k", 1))] }, ["k"]);
};

/** Before operator set 11 the bounds were attributes, and no bound was a very large one. */
const clip: UpgradeRule = (c) => {
  if (c.opset >= 11) return c.keep();
  const bounds = ["min", "max"].map((name) => {
    const bound = c.attribute(name);
    return bound?.kind === "float" ? c.scalarLike(bound.value, c.input(0)) : "";
  });
  const inputs = [c.input(0), ...bounds];
  while (inputs.at(-1) === "") inputs.pop();
  c.change({ inputs }, ["min", "max"]);
};

/** Attributes until operator set 10; the axes may be chosen since 18, and "wrap" exists since 19. */
const pad: UpgradeRule = (c) => {
  if (c.opset < 11) return padFromAttributes(c);
  const mode = c.attribute("mode");
  if (mode?.kind === "string" && mode.value === "wrap") {
    c.refuse("padding that wraps around is not supported");
  }
  if (!c.has(3)) return c.change({ inputs: c.node.inputs.slice(0, 3) });
  c.change({
    inputs: [c.input(0), padsOfAllAxes(c), c.node.inputs[2] ?? ""].filter((name, i) => name || i < 2),
  });
};

function padFromAttributes(c: UpgradeContext): void {
  const pads = c.attribute("pads");
  if (pads?.kind !== "ints") c.refuse("it has no pads");
  const value = c.attribute("value");
  const fill = value?.kind === "float" && value.value !== 0 ? [c.scalarLike(value.value, c.input(0))] : [];
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

/**
 * Before operator set 13 these flattened their input to two dimensions at the axis and went over the second. The
 * attribute's default was 1 then and is -1 now.
 */
const softmax: UpgradeRule = (c) => {
  if (c.opset >= 13) return c.keep();
  const axis = c.int("axis", 1);
  const attributes = { ...c.node.attributes, axis: { kind: "int" as const, value: -1 } };
  if (axis === -1 || axis + 1 === c.rank(0)) return c.change({ attributes });
  const { g } = c;
  const flat = g.op("Flatten", [c.input(0)], { axis });
  const result = g.op(c.node.op, [flat], { axis: 1 });
  c.finish("Reshape", [result, g.op("Shape", [c.input(0)])]);
};

/** Rules for operators whose lists moved. */
export const axesRules: Record<string, UpgradeRule> = {
  ...Object.fromEntries(
    ["Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]
      .map((name) => [`Reduce${name}`, reduce]),
  ),
  ReduceSum: listToInput("axes"),
  Squeeze: listToInput("axes"),
  Unsqueeze: listToInput("axes"),
  Split: split,
  Slice: slice,
  TopK: topK,
  Clip: clip,
  Pad: pad,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
};
