import assert from "node:assert/strict";
import { differentiate } from "../../../models/gradient/differentiate.ts";
import { type AttributeInput, GraphBuilder } from "../../../models/onnx/build.ts";
import { elementCount } from "../../../models/onnx/model.ts";
import {
  type Case,
  compare,
  drawInput,
  oneOperator,
  runModel,
  testRule,
} from "../../reference/check_gradient.ts";
import { evaluate } from "../../reference/evaluate.ts";
import { type NdArray, ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";

const bothForms = [{ maxPool: "codes" }, { maxPool: "indexFree" }] as const;

/**
 * Windows that overlap, leave gaps, and extend beyond the border; the padding stays smaller than the window.
 */
function drawPool(random: Random, op: string, rank = 2): Case {
  const list = (low: number, high: number) => random.integers(rank, low, high);
  const [kernel_shape, strides] = [list(1, 3), list(1, 3)];
  const dilations = op === "MaxPool" && random.chance(0.3) ? list(1, 2) : kernel_shape.map(() => 1);
  const spatial = kernel_shape.map((size, axis) => (size - 1) * dilations[axis]! + random.integer(1, 5));
  const attributes: Record<string, AttributeInput> = { kernel_shape, strides };
  if (dilations.some((d) => d > 1)) attributes["dilations"] = dilations;
  if (random.chance(0.25) && dilations.every((d) => d === 1)) {
    attributes["auto_pad"] = random.pick(["SAME_UPPER", "SAME_LOWER", "VALID"]);
    // If windows are far smaller than strides, onnxruntime uses a negative SAME padding, which is not
    // specified.
    strides.forEach((stride, axis) => strides[axis] = Math.min(stride, kernel_shape[axis]! + 1));
  } else {
    if (random.chance(0.7)) {
      attributes["pads"] = [0, 1].flatMap(() => kernel_shape.map((k) => random.integer(0, k - 1)));
    }
    if (random.chance(0.4)) attributes["ceil_mode"] = 1;
    if (beginsInPadding({ spatial, kernel_shape, strides, dilations }, attributes)) {
      delete attributes["ceil_mode"];
    }
  }
  if (op === "AveragePool") attributes["count_include_pad"] = random.integer(0, 1);
  const x = drawInput(random, [random.integer(1, 2), random.integer(1, 2), ...spatial]);
  return oneOperator(x, op, attributes);
}

interface Windows {
  spatial: number[];
  kernel_shape: number[];
  strides: number[];
  dilations: number[];
}

/**
 * Whether ceil_mode would begin a last window in the end padding. The specification and the kernels of
 * onnxruntime drop that window, but its shape inference counts it and then refuses constants of the true
 * shape.
 */
function beginsInPadding(
  { spatial, kernel_shape, strides, dilations }: Windows,
  attributes: Record<string, AttributeInput>,
) {
  const pads = attributes["pads"] as number[] | undefined ?? spatial.flatMap(() => [0, 0]);
  return spatial.some((size, axis) => {
    const extent = (kernel_shape[axis]! - 1) * dilations[axis]! + 1;
    const last = Math.ceil((size + pads[axis]! + pads[axis + spatial.length]! - extent) / strides[axis]!);
    return last * strides[axis]! >= size + pads[axis]!;
  });
}

testRule("MaxPool", 40, (random) => drawPool(random, "MaxPool"), bothForms);
testRule("MaxPool over one axis", 6, (random) => drawPool(random, "MaxPool", 1), bothForms);
testRule("AveragePool", 40, (random) => drawPool(random, "AveragePool"));
testRule("AveragePool over one axis", 6, (random) => drawPool(random, "AveragePool", 1));

for (const op of ["MaxPool", "AveragePool"]) {
  // 3 wide, 2 apart: the pools of SqueezeNet (unpadded, sometimes ceil_mode) and ResNet (padded).
  testRule(`${op} with overlapping windows`, 10, (random) => {
    const x = drawInput(random, [1, 2, random.integer(6, 8), random.integer(6, 8)]);
    const pads = random.pick([[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]]);
    const ceil_mode = random.integer(0, 1);
    return oneOperator(x, op, { kernel_shape: [3, 3], strides: [2, 2], pads, ceil_mode });
  }, bothForms);

  testRule(`${op} with stride 1 and padding`, 6, (random) => {
    const x = drawInput(random, [2, 2, random.integer(3, 6), random.integer(3, 6)]);
    return oneOperator(x, op, { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
  }, bothForms);
}

for (const op of ["GlobalAveragePool", "GlobalMaxPool"]) {
  testRule(op, 5, (random) => {
    const dims = [random.integer(1, 2), random.integer(1, 3), ...random.integers(2, 2, 5)];
    return oneOperator(drawInput(random, dims), op, {});
  }, bothForms);
}

for (const op of ["MaxPool", "AveragePool"]) {
  testRule(`${op} whose last window would begin in the padding`, 4, (random): Case => {
    const x = drawInput(random, [1, 2, random.pick([4, 6]), random.pick([4, 6])], 0.5, 2);
    const attributes = random.pick([
      { kernel_shape: [1, 1], strides: [2, 2], ceil_mode: 1 },
      { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 1, 1], ceil_mode: 1 },
    ]);
    return {
      inputs: { x },
      // No constant of the output's shape: see beginsInPadding.
      build: (g, [name]) => [g.reduceSum(g.exp(g.op(op, [name!], attributes)), [1, 2, 3], 0)],
      description: `${op} on [${x.dims}] ${JSON.stringify(attributes)}`,
    };
  }, bothForms);
}

/**
 * No derivative exists at a tie; the gradient goes to one of the largest elements, the same one in both
 * forms.
 */
Deno.test("MaxPool with ties: both forms give each window's whole gradient to its first largest element", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new Random(seed);
    const dims = [1, 2, random.integer(4, 6), random.integer(4, 6)];
    const attributes = {
      kernel_shape: random.integers(2, 2, 3),
      strides: random.integers(2, 1, 3),
      pads: random.pick([[0, 0, 0, 0], [1, 1, 1, 1]]),
    };
    const x = ndArray(dims, random.integers(elementCount(dims), -1, 1));
    const g = new GraphBuilder();
    const y = g.op("MaxPool", [g.input("x", "float32", dims)], attributes);
    const windows = evaluate(g.build(), { x }).get(y)!.dims;
    const incoming = random.integers(elementCount(windows), 1, 9);
    const loss = g.reduceSum(g.mul(y, g.floats(incoming, windows)), undefined, 0);
    const description = `seed ${seed}: [${dims}] ${JSON.stringify(attributes)}`;
    const expected = firstLargest(attributes, x, windows, incoming);
    for (const { maxPool } of bothForms) {
      const form = GraphBuilder.extend(g.build());
      form.output("dx", differentiate(form, loss, ["x"], { maxPool })[0]!, "float32");
      const run = await runModel(form.build(), { x });
      assert.deepEqual(compare("gradient", run.get("dx"), expected, 1e-6), [], description);
    }
  }
});

/** The gradient of MaxPool by the interpreter's own Indices, which name the first of equal elements. */
function firstLargest(
  attributes: Record<string, AttributeInput>,
  x: NdArray,
  windows: number[],
  incoming: number[],
): NdArray {
  const g = new GraphBuilder();
  const [y, indices] = g.ops("MaxPool", [g.input("x", "float32", x.dims)], attributes, 2);
  const values = evaluate(g.build(), { x });
  assert.deepEqual(values.get(y!)!.dims, windows);
  const gradient = ndArray(x.dims, new Float64Array(x.data.length));
  values.get(indices!)!.data.forEach((place, i) => gradient.data[place]! += incoming[i]!);
  return gradient;
}

testRule("LpPool", 12, (random) => {
  const p = random.integer(1, 3);
  const kernel_shape = random.integers(2, 1, 3);
  const strides = random.integers(2, 1, 3);
  const pads = [0, 1].flatMap(() => kernel_shape.map((size) => random.integer(0, size - 1)));
  const spatial = kernel_shape.map((size) => size + random.integer(0, 4));
  const attributes = { kernel_shape, strides, ...(random.chance() && { pads }), ...(p !== 2 && { p }) };
  return oneOperator(drawInput(random, [1, 2, ...spatial]), "LpPool", attributes);
});

testRule("GlobalLpPool", 6, (random) => {
  const dims = [random.integer(1, 2), 2, ...random.integers(random.integer(1, 2), 2, 4)];
  return oneOperator(drawInput(random, dims), "GlobalLpPool", random.pick([{}, { p: 1 }, { p: 3 }]));
});
