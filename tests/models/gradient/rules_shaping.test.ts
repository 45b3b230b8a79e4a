import type { GraphBuilder } from "../../../models/onnx/build.ts";
import { intTensor } from "../../../models/onnx/model.ts";
import { type Case, drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

const shape = (random: Random, rank: number) => random.integers(rank, 2, 4);

testRule("Reshape", 8, (random) => {
  const [a, b, c] = shape(random, 3) as [number, number, number];
  const target = random.pick([[a * b, c], [-1], [0, -1], [a, 1, b * c], [c, b, a], [0, 0, -1], [
    -1,
    c,
    1,
    a,
  ]]);
  return oneOperator(drawInput(random, [a, b, c]), "Reshape", {}, (g) => [g.ints(...target)]);
});

testRule("Flatten", 6, (random) => {
  const dims = shape(random, random.integer(2, 4));
  const axis = random.integer(-dims.length, dims.length);
  return oneOperator(drawInput(random, dims), "Flatten", axis === 1 ? {} : { axis });
});

testRule("Transpose", 8, (random) => {
  const dims = shape(random, random.integer(2, 4));
  const perm = random.permutation(dims.length);
  return oneOperator(drawInput(random, dims), "Transpose", random.chance(0.2) ? {} : { perm });
});

testRule("Squeeze", 6, (random) => {
  const dims = [1, random.integer(2, 3), 1, random.integer(2, 3)];
  const axes = random.pick([undefined, [0], [2], [0, 2], [-2], [-4, -2]]);
  return oneOperator(drawInput(random, dims), "Squeeze", {}, (g) => axes ? [g.ints(...axes)] : []);
});

testRule("Unsqueeze", 6, (random) => {
  const axes = random.pick([[0], [1], [0, 3], [-1], [-3, -1], [1, 2]]);
  return oneOperator(drawInput(random, shape(random, 2)), "Unsqueeze", {}, (g) => [g.ints(...axes)]);
});

testRule("Expand", 8, (random) => {
  const [a, b] = shape(random, 2) as [number, number];
  const [dims, target] = random.pick([
    [[a, 1], [a, b]],
    [[1, b], [3, a, b]],
    [[a, 1, b], [a, 2, 1]],
    [[1], [a, b]],
    [[a, b], [1, 1]],
  ]);
  return oneOperator(drawInput(random, dims!), "Expand", {}, (g) => [g.ints(...target!)]);
});

testRule("Concat", 10, (random): Case => {
  const dims = shape(random, random.integer(1, 4));
  const axis = random.integer(-dims.length, dims.length - 1);
  const parts = Array.from({ length: random.integer(1, 4) }, () => dims.with(axis, random.integer(1, 3)));
  return {
    inputs: Object.fromEntries(parts.map((part, i) => [`x${i}`, drawInput(random, part)])),
    build: (g, inputs) => [g.concat(inputs, axis)],
    description: `Concat of ${parts.map((part) => `[${part}]`).join(" ")} on axis ${axis}`,
  };
});

/** Equal and given parts; sometimes a part is unused. */
testRule("Split", 12, (random): Case => {
  const parts = random.integers(random.integer(2, 3), 1, 3);
  const equal = random.chance(0.3);
  const sizes = equal ? parts.map(() => parts[0]!) : parts;
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const total = dims.with(axis, sizes.reduce((a, b) => a + b));
  const used = random.chance(0.6) ? sizes.length : 1;
  return {
    inputs: { x: drawInput(random, total) },
    build: (g, [x]) => {
      const inputs = equal ? [x!] : [x!, g.ints(...sizes)];
      return g.ops("Split", inputs, { axis }, sizes.length).slice(-used);
    },
    description: `Split [${total}] on axis ${axis} into ${sizes}, the last ${used} used`,
  };
});

testRule("Slice", 20, (random) => {
  const dims = random.integers(random.integer(1, 3), 2, 6);
  const axes = random.permutation(dims.length).slice(0, random.integer(1, dims.length));
  const pick = axes.map((axis) => drawRange(random, dims[axis]!));
  const [starts, ends, steps] = [0, 1, 2].map((i) => pick.map((range) => range[i]!));
  const signed = axes.map((axis) => random.chance(0.3) ? axis - dims.length : axis);
  const withSteps = steps!.some((step) => step !== 1);
  return oneOperator(
    drawInput(random, dims),
    "Slice",
    {},
    (
      g,
    ) => [g.ints(...starts!), g.ints(...ends!), g.ints(...signed), ...(withSteps ? [g.ints(...steps!)] : [])],
  );
});

/** A range of at least one element; sometimes counted from the end, backwards, or beyond the end. */
function drawRange(random: Random, size: number): [start: number, end: number, step: number] {
  const first = random.integer(0, size - 1);
  const last = random.integer(first, size - 1);
  const step = random.integer(1, 3);
  if (random.chance(0.3)) return [last, first === 0 ? -size - 1 : first - 1, -step];
  const start = random.chance(0.3) ? first - size : first;
  return [start, last === size - 1 ? random.pick([size, 2 ** 31 - 1]) : last + 1, step];
}

for (const mode of ["constant", "reflect", "edge"]) {
  testRule(`Pad ${mode}`, 10, (random) => {
    const dims = [random.integer(1, 2), random.integer(1, 2), ...random.integers(2, 3, 5)];
    // Reflection requires the padding to be smaller than the picture.
    const spatial = random.integers(4, 0, 2);
    const pads = [0, 0, spatial[0]!, spatial[1]!, 0, 0, spatial[2]!, spatial[3]!];
    const value = mode === "constant" && random.chance();
    return oneOperator(
      drawInput(random, dims),
      "Pad",
      mode === "constant" && random.chance() ? {} : { mode },
      (g) => [g.ints(...pads), ...(value ? [g.scalar(0.5)] : [])],
    );
  });
}

testRule("Pad with negative amounts", 4, (random) => {
  const dims = random.integers(2, 4, 6);
  const pads = random.integers(4, -1, 2);
  return oneOperator(drawInput(random, dims), "Pad", {}, (g) => [g.ints(...pads)]);
});

/** Indices that repeat, count from the end, form a matrix, or are a single number (which drops the axis). */
testRule("Gather", 14, (random) => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const size = dims.at(axis)!;
  const indexDims = random.pick([[], [1], [3], [5], [2, 2]]);
  const count = indexDims.reduce((a, b) => a * b, 1);
  const data = BigInt64Array.from(random.integers(count, -size, size - 1), BigInt);
  return oneOperator(
    drawInput(random, dims),
    "Gather",
    axis === 0 && random.chance() ? {} : { axis },
    (g) => [
      g.constant({ type: "int64", dims: indexDims, data }),
    ],
  );
});

for (const op of ["DepthToSpace", "SpaceToDepth"]) {
  testRule(op, 4, (random) => {
    const dims = op === "DepthToSpace"
      ? [1, 4 * random.integer(1, 2), 2, 3]
      : [1, random.integer(1, 3), 4, 6];
    const mode = op === "DepthToSpace" && random.chance() ? { mode: random.pick(["DCR", "CRD"]) } : {};
    return oneOperator(drawInput(random, dims), op, { blocksize: 2, ...mode });
  });
}

testRule("Tile", 8, (random) => {
  const dims = shape(random, random.integer(1, 4));
  const repeats = random.integers(dims.length, 1, 3);
  return oneOperator(drawInput(random, dims), "Tile", {}, (g) => [g.ints(...repeats)]);
});

testRule("Trilu", 8, (random) => {
  const dims = shape(random, random.integer(2, 3));
  const diagonal = random.integer(-2, 2);
  const attributes = random.chance(0.3) ? {} : { upper: random.integer(0, 1) };
  const isGiven = random.chance(0.8);
  const constants = (g: GraphBuilder) => isGiven ? [g.constant(intTensor([diagonal], []))] : [];
  return oneOperator(drawInput(random, dims), "Trilu", attributes, constants);
});

testRule("CumSum", 8, (random) => {
  const dims = shape(random, random.integer(1, 3));
  const axis = random.integer(-dims.length, dims.length - 1);
  const attributes = { exclusive: random.integer(0, 1), reverse: random.integer(0, 1) };
  const place = intTensor([axis], []);
  return oneOperator(drawInput(random, dims), "CumSum", attributes, (g) => [g.constant(place)]);
});

testRule("ReverseSequence", 6, (random) => {
  const dims = shape(random, random.integer(2, 3));
  const [time_axis, batch_axis] = random.pick([[0, 1], [1, 0]] as const);
  const lengths = random.integers(dims[batch_axis]!, 1, dims[time_axis]!);
  const attributes = { time_axis, batch_axis };
  return oneOperator(drawInput(random, dims), "ReverseSequence", attributes, (g) => [g.ints(...lengths)]);
});
