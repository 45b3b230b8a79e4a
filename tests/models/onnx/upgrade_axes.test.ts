import { float } from "../../../models/onnx/build.ts";
import { fed, ints, known } from "./shapes_check.ts";
import { old, testUpgrade } from "./upgrade_check.ts";

testUpgrade("Squeeze and Unsqueeze before 13", 8, (random) => {
  const op = random.pick(["Squeeze", "Unsqueeze"]);
  return {
    op,
    opset: random.integer(7, 12),
    inputs: [fed(random, [1, 3, 1, 2])],
    attributes: { axes: [0, 2] },
  };
});
testUpgrade(
  "Squeeze of every axis of size 1",
  1,
  (random) => ({ op: "Squeeze", opset: 11, inputs: [fed(random, [1, 3, 1])] }),
);
testUpgrade("ReduceSum before 13", 6, (random) => ({
  op: "ReduceSum",
  opset: random.integer(7, 12),
  inputs: [fed(random, [2, 3, 4])],
  attributes: { keepdims: random.integer(0, 1), ...(random.chance(0.7) && { axes: [0, 2] }) },
}));
testUpgrade("Split before 13", 4, (random) => ({
  op: "Split",
  opset: random.integer(7, 12),
  inputs: [fed(random, [2, 4])],
  attributes: { axis: 1, ...(random.chance() && { split: [1, 3] }) },
  outputs: 2,
}));
testUpgrade("Split into a number of parts", 10, (random) => {
  const outputs = random.pick([1, 2, 3]);
  const attributes = { axis: random.pick([1, -2]), num_outputs: outputs };
  return {
    op: "Split",
    opset: random.integer(18, 22),
    inputs: [fed(random, [2, random.pick([3, 5, 6]), 2])],
    attributes,
    outputs,
  };
});
for (const name of ["Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]) {
  testUpgrade(`Reduce${name} of 18`, 4, (random) => {
    const keepdims = random.integer(0, 1);
    const inputs = [fed(random, [2, 3, 4], "float32", 1, 2), ...(random.chance(0.7) ? [ints(0, -1)] : [])];
    const keepsAll = inputs.length === 1 && ["Mean", "Max", "Min", "Prod"].includes(name) && random.chance();
    const attributes = { keepdims, ...(keepsAll && { noop_with_empty_axes: 1 }) };
    return { op: `Reduce${name}`, opset: random.integer(18, 20), inputs, attributes };
  });
}
testUpgrade("Slice before 10", 4, (random) => ({
  op: "Slice",
  opset: old(random),
  inputs: [fed(random, [3, 4, 5])],
  attributes: { starts: [1, -3], ends: [2 ** 31, -1], ...(random.chance() && { axes: [0, 2] }) },
}));
testUpgrade("TopK before 10", 2, (random) => ({
  op: "TopK",
  opset: old(random),
  inputs: [fed(random, [3, 5])],
  attributes: { k: 2, axis: random.pick([0, 1]) },
  outputs: 2,
}));
testUpgrade("Clip before 11", 8, (random) => {
  const attributes = {
    ...(random.chance() && { min: float(-0.5) }),
    ...(random.chance() && { max: float(1) }),
  };
  return { op: "Clip", opset: random.integer(7, 10), inputs: [fed(random, [3, 4])], attributes };
});
testUpgrade("Pad before 11", 8, (random) => ({
  op: "Pad",
  opset: random.integer(7, 10),
  inputs: [fed(random, [3, 4], random.pick(["float32", "float64"]))],
  attributes: {
    pads: random.integers(4, 0, 2),
    mode: random.pick(["constant", "reflect", "edge"]),
    ...(random.chance() && { value: float(1.5) }),
  },
}));
testUpgrade("Pad of chosen axes", 8, (random) => {
  const pads = ints(...random.integers(4, 0, 2));
  const value = random.chance() ? known("float32", [2], []) : "";
  const axes = random.pick([[0, 2], [-1, 0], [-2, -1]]);
  return {
    op: "Pad",
    opset: random.integer(18, 22),
    inputs: [fed(random, [2, 3, 4]), pads, value, ints(...axes)],
  };
});
for (const op of ["Softmax", "LogSoftmax", "Hardmax"]) {
  testUpgrade(`${op} before 13`, 6, (random) => {
    const opset = random.integer(7, 12);
    const attributes = random.chance(0.7) ? { axis: random.integer(opset < 11 ? 0 : -3, 2) } : {};
    return { op, opset, inputs: [fed(random, [2, 3, 4])], attributes };
  });
}
