import { intTensor } from "../../../models/onnx/model.ts";
import { type Case, drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

const shape = (random: Random, rank: number) => random.integers(rank, 2, 4);

/** Indices into an axis, a few of them counted from the back. */
const indicesOf = (random: Random, count: number, size: number) => random.integers(count, -size, size - 1);

testRule("Gather with computed indices", 8, (random): Case => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const size = dims.at(axis)!;
  const wanted = random.pick([[], [2], [2, 3]]);
  const places = random.floats(wanted, 0, size - 0.01);
  return {
    inputs: { x: drawInput(random, dims) },
    // Not a constant for the rule: it depends on the input, if only by zero.
    build: (g, [x]) => {
      const none = g.mul(g.reduceSum(x!, undefined, 0), g.scalar(0));
      const indices = g.cast(g.floor(g.add(g.floats(places, wanted), none)), "int64");
      return [g.op("Gather", [x!, indices], { axis })];
    },
    description: `Gather of [${dims}] on axis ${axis}, indices [${wanted}]`,
  };
});

testRule("GatherElements", 8, (random) => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const taken = dims.with(axis, random.integer(1, 5));
  const indices = indicesOf(random, taken.reduce((a, b) => a * b), dims.at(axis)!);
  const constants = () => intTensor(indices, taken);
  return oneOperator(drawInput(random, dims), "GatherElements", { axis }, (g) => [g.constant(constants())]);
});

testRule("GatherND", 12, (random) => {
  const batch_dims = random.integer(0, 1);
  const dims = shape(random, random.integer(2, 4));
  const depth = random.integer(1, dims.length - batch_dims);
  const outer = [
    ...dims.slice(0, batch_dims),
    ...random.integers(random.integer(batch_dims ? 0 : 1, 2), 1, 3),
  ];
  const tuples = outer.reduce((a, b) => a * b, 1);
  const sizes = dims.slice(batch_dims, batch_dims + depth);
  const indices = Array.from({ length: tuples }, () => sizes.flatMap((size) => indicesOf(random, 1, size)));
  const tensor = intTensor(indices.flat(), [...outer, depth]);
  return oneOperator(
    drawInput(random, dims),
    "GatherND",
    batch_dims ? { batch_dims } : {},
    (g) => [g.constant(tensor)],
  );
});

/** Values to write into, and values to write, both with a gradient. */
function scattered(
  random: Random,
  op: string,
  dims: number[],
  updates: number[],
  axis?: number,
) {
  const reduction = random.pick(["none", "add"]);
  return {
    inputs: { x: drawInput(random, dims), updates: drawInput(random, updates) },
    description: `${op} of [${updates}] into [${dims}] ${reduction} axis ${axis}`,
    reduction,
  };
}

testRule("ScatterElements", 10, (random): Case => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  // No place is written twice, which would leave the result undefined.
  const updates = dims.with(axis, random.integer(1, dims.at(axis)!));
  const order = random.permutation(dims.at(axis)!);
  const inner = updates.slice(axis < 0 ? axis + dims.length + 1 : axis + 1).reduce((a, b) => a * b, 1);
  const count = updates.reduce((a, b) => a * b);
  const indices = Array.from({ length: count }, (_, i) => order[Math.floor(i / inner) % updates.at(axis)!]!);
  const { reduction, ...drawn } = scattered(random, "ScatterElements", dims, updates, axis);
  return {
    ...drawn,
    build: (g, [x, u]) => [
      g.op("ScatterElements", [x!, g.constant(intTensor(indices, updates)), u!], { axis, reduction }),
    ],
  };
});

testRule("ScatterND", 10, (random): Case => {
  const dims = shape(random, random.integer(1, 3));
  const count = random.integer(1, dims[0]!);
  const first = random.permutation(dims[0]!).slice(0, count);
  const deep = dims.length > 1 && random.chance();
  const indices = deep ? first.flatMap((row) => [row, random.integer(-dims[1]!, dims[1]! - 1)]) : first;
  const updates = [count, ...dims.slice(deep ? 2 : 1)];
  const { reduction, ...drawn } = scattered(random, "ScatterND", dims, updates);
  return {
    ...drawn,
    build: (g, [x, u]) => {
      const tensor = intTensor(indices, [count, deep ? 2 : 1]);
      return [g.op("ScatterND", [x!, g.constant(tensor), u!], reduction === "none" ? {} : { reduction })];
    },
  };
});

testRule("TopK", 8, (random): Case => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const count = random.integer(1, dims.at(axis)!);
  const largest = random.integer(0, 1);
  const outputs = random.integer(1, 2);
  return {
    inputs: { x: drawInput(random, dims) },
    build: (g, [x]) => g.ops("TopK", [x!, g.ints(count)], { axis, largest }, outputs).slice(0, 1),
    description: `TopK of [${dims}] axis ${axis}, ${count}, largest ${largest}`,
  };
});

testRule("MaxUnpool", 5, (random): Case => {
  const size = random.integer(2, 3);
  const dims = [random.integer(1, 2), 2, 2 * size, 4];
  const windows = { kernel_shape: [2, 2], strides: [2, 2] };
  return {
    inputs: { x: drawInput(random, dims) },
    build: (g, [x]) => {
      const [pooled, indices] = g.ops("MaxPool", [x!], windows, 2);
      return [g.op("MaxUnpool", [g.mul(pooled!, pooled!), indices!], windows)];
    },
    description: `MaxUnpool to [${dims}]`,
  };
});
