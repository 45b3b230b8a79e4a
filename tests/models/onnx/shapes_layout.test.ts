import { elementCount } from "../../../models/onnx/model.ts";
import type { Random } from "../../reference/random.ts";
import { type Call, fed, ints, sizes, testShapes } from "./shapes_check.ts";

/** Some axes of a shape in random order, counted from either end. */
function someAxes(random: Random, rank: number, least = 1): number[] {
  const axes = random.permutation(rank).slice(0, random.integer(least, rank));
  return axes.map((axis) => random.chance(0.4) ? axis - rank : axis);
}

function drawReshape(random: Random): Call {
  const dims = sizes(random, random.integer(1, 4));
  const wanted = random.chance(0.5) ? [...dims.slice(0, 1), elementCount(dims.slice(1))] : [...dims, 1];
  if (random.chance(0.5)) wanted[0] = 0;
  if (random.chance(0.5)) wanted[wanted.length - 1] = -1;
  return { op: "Reshape", inputs: [fed(random, dims), ints(...wanted)] };
}

testShapes("Reshape", 20, drawReshape);
testShapes("Reshape that allows zero", 2, (random) => ({
  op: "Reshape",
  inputs: [fed(random, [0, 3, 2]), ints(random.integer(2, 4), 0)],
  attributes: { allowzero: 1 },
}));

testShapes("Flatten", 15, (random) => {
  const dims = sizes(random, random.integer(1, 4));
  return {
    op: "Flatten",
    inputs: [fed(random, dims)],
    attributes: { axis: random.integer(-dims.length, dims.length) },
  };
});

testShapes("Transpose", 10, (random) => {
  const dims = sizes(random, random.integer(1, 4));
  const attributes = random.chance(0.8) ? { perm: random.permutation(dims.length) } : {};
  return { op: "Transpose", inputs: [fed(random, dims)], attributes };
});

testShapes("Squeeze", 15, (random) => {
  const dims = sizes(random, 4, 1, 2);
  const ones = dims.flatMap((size, axis) => size === 1 ? [random.chance(0.3) ? axis - 4 : axis] : []);
  const axes = ones.slice(0, random.integer(0, ones.length));
  const opset = random.pick([11, 17]);
  if (axes.length === 0) return { op: "Squeeze", opset, inputs: [fed(random, dims)] };
  return opset === 11
    ? { op: "Squeeze", opset, inputs: [fed(random, dims)], attributes: { axes } }
    : { op: "Squeeze", opset, inputs: [fed(random, dims), ints(...axes)] };
});

testShapes("Unsqueeze", 15, (random) => {
  const dims = sizes(random, random.integer(0, 3));
  const rank = dims.length + random.integer(1, 2);
  const axes = random.permutation(rank).slice(0, rank - dims.length).map((axis) =>
    random.chance(0.4) ? axis - rank : axis
  );
  const opset = random.pick([11, 17]);
  return opset === 11
    ? { op: "Unsqueeze", opset, inputs: [fed(random, dims)], attributes: { axes } }
    : { op: "Unsqueeze", opset, inputs: [fed(random, dims), ints(...axes)] };
});

testShapes("Expand", 10, (random) => {
  const full = sizes(random, random.integer(1, 4), 1, 4);
  const dims = full.slice(random.integer(0, full.length - 1)).map((size) => random.chance(0.4) ? 1 : size);
  return { op: "Expand", inputs: [fed(random, dims), ints(...full)] };
});

testShapes("Tile", 5, (random) => {
  const dims = sizes(random, random.integer(1, 4), 1, 3);
  return { op: "Tile", inputs: [fed(random, dims), ints(...random.integers(dims.length, 0, 3))] };
});

testShapes("Pad", 15, (random) => {
  const dims = sizes(random, random.integer(1, 4), 3, 5);
  const mode = random.pick(["constant", "reflect", "edge"]);
  const pads = random.integers(2 * dims.length, mode === "reflect" ? 0 : -1, 2);
  return { op: "Pad", inputs: [fed(random, dims), ints(...pads)], attributes: { mode } };
});

testShapes("Pad of chosen axes", 10, (random) => {
  const dims = sizes(random, random.integer(1, 4), 3, 5);
  const axes = someAxes(random, dims.length);
  const pads = random.integers(2 * axes.length, 0, 2);
  return { op: "Pad", opset: 18, inputs: [fed(random, dims), ints(...pads), "", ints(...axes)] };
});

testShapes("Concat", 10, (random) => {
  const dims = sizes(random, random.integer(1, 4));
  const axis = random.integer(0, dims.length - 1);
  const inputs = Array.from(
    { length: random.integer(1, 3) },
    () => fed(random, dims.map((size, i) => i === axis ? random.integer(0, 4) : size)),
  );
  return { op: "Concat", inputs, attributes: { axis: random.chance(0.5) ? axis : axis - dims.length } };
});

testShapes("Split", 15, (random) => {
  const dims = sizes(random, random.integer(1, 4), 4, 4);
  const axis = random.integer(-dims.length, dims.length - 1);
  const parts = random.pick([[1, 3], [2, 1, 1], [4], [0, 4]]);
  return random.chance(0.4)
    ? { op: "Split", inputs: [fed(random, dims)], attributes: { axis }, outputs: 2 }
    : {
      op: "Split",
      inputs: [fed(random, dims), ints(...parts)],
      attributes: { axis },
      outputs: parts.length,
    };
});

testShapes("Split into a number of parts", 12, (random) => {
  // No part may be empty: 4 in 3 parts of 2 would leave none for the last.
  const outputs = random.integer(1, 3);
  const dims = sizes(random, 3, 3, 9).map((size) => size === 4 ? 5 : size);
  const attributes = { axis: random.integer(-3, 2), num_outputs: outputs };
  return { op: "Split", opset: 18, inputs: [fed(random, dims)], attributes, outputs };
});

testShapes("Slice", 60, (random) => {
  const dims = sizes(random, random.integer(1, 4));
  const axes = someAxes(random, dims.length);
  const bounds = () =>
    ints(...axes.map(() => random.chance(0.15) ? random.pick([2 ** 31, -(2 ** 31)]) : random.integer(-7, 7)));
  const steps = ints(...axes.map(() => random.pick([-3, -2, -1, 1, 2, 3])));
  const inputs = [fed(random, dims), bounds(), bounds(), ints(...axes)];
  return { op: "Slice", inputs: random.chance(0.7) ? [...inputs, steps] : inputs };
});

testShapes("Slice of operator set 9", 10, (random) => {
  const dims = sizes(random, 3);
  const axes = random.permutation(3).slice(0, 2);
  const attributes = { axes, starts: random.integers(2, -4, 4), ends: random.integers(2, -4, 9) };
  return { op: "Slice", opset: 9, inputs: [fed(random, dims)], attributes };
});

testShapes("DepthToSpace and SpaceToDepth", 8, (random) => {
  const op = random.pick(["DepthToSpace", "SpaceToDepth"]);
  const block = random.integer(1, 3);
  const [channels, height, width] = sizes(random, 3, 1, 3);
  const deep = [1, channels! * block ** 2, height!, width!];
  const wide = [1, channels!, height! * block, width! * block];
  return { op, inputs: [fed(random, op === "DepthToSpace" ? deep : wide)], attributes: { blocksize: block } };
});
