import { type AttributeInput, elementTypeCode, float } from "../../../models/onnx/build.ts";
import { fed, known, sizes } from "./shapes_check.ts";
import { image, testUpgrade } from "./upgrade_check.ts";

testUpgrade("BatchNormalization before 14", 8, (random) => {
  const opset = random.integer(7, 13);
  const inputs = [image(random), ...[0, 1, 2, 3].map(() => fed(random, [2], "float32", 0.5, 2))];
  const attributes: Record<string, AttributeInput> = {
    epsilon: float(1e-3),
    ...(opset < 9 && { spatial: 1 }),
  };
  return { op: "BatchNormalization", opset, inputs, attributes };
});
testUpgrade("Dropout before 12", 6, (random) => ({
  op: "Dropout",
  opset: random.integer(7, 11),
  inputs: [fed(random, [2, 5])],
  attributes: { ratio: float(0.3) },
}));
testUpgrade("GroupNormalization", 6, (random) => {
  const opset = random.integer(21, 22);
  const groups = random.pick([1, 2, 3, 6]);
  const dims = [2, 6, ...sizes(random, random.integer(1, 3), 2, 4)];
  const inputs = [fed(random, dims), fed(random, [6]), fed(random, [6])];
  return {
    op: "GroupNormalization",
    opset,
    inputs,
    attributes: { num_groups: groups, epsilon: float(1e-3) },
  };
});
testUpgrade("GroupNormalization of 18", 4, (random) => {
  const groups = random.pick([1, 2, 3]);
  const inputs = [fed(random, [2, 6, 3, 4]), fed(random, [groups]), fed(random, [groups])];
  return {
    op: "GroupNormalization",
    opset: random.integer(18, 20),
    inputs,
    attributes: { num_groups: groups },
  };
});
testUpgrade("Gelu", 4, (random) => ({
  op: "Gelu",
  opset: random.integer(20, 22),
  inputs: [image(random)],
  attributes: random.chance() ? { approximate: "tanh" } : {},
}));
testUpgrade("Mish", 2, (random) => ({ op: "Mish", opset: random.integer(18, 21), inputs: [image(random)] }));
testUpgrade("Cast of 19", 2, (random) => ({
  op: "Cast",
  opset: 19,
  inputs: [image(random)],
  attributes: { to: elementTypeCode.int32, saturate: 1 },
}));

testUpgrade("dilated AveragePool", 20, (random) => {
  const kernel = random.integers(2, 1, 3);
  const pads = [0, 1].flatMap(() => kernel.map((k) => random.integer(0, k - 1)));
  const attributes = {
    kernel_shape: kernel,
    dilations: random.integers(2, 1, 2),
    strides: random.integers(2, 1, 2),
    count_include_pad: random.integer(0, 1),
    ...(random.chance(0.7) && { pads }),
  };
  return {
    op: "AveragePool",
    opset: random.integer(19, 22),
    inputs: [fed(random, [2, 3, 6, 7])],
    attributes,
  };
});

testUpgrade("Scatter of 9", 2, (random) => ({
  op: "Scatter",
  opset: random.integer(9, 10),
  inputs: [fed(random, [3, 4]), known("int64", [2, 0, 1], [1, 3]), fed(random, [1, 3])],
}));
testUpgrade("operators that have not changed", 30, (random) => {
  const opset = random.pick([7, 9, 12, 15, 18, 20, 22]);
  const inputs = [image(random), fed(random, [1, 2, 1, 1], "float32", 0.5, 2)];
  const op = random.pick([
    "Add",
    "Mul",
    "Div",
    "PRelu",
    "Conv",
    "MaxPool",
    "AveragePool",
    "LeakyRelu",
    "LRN",
  ]);
  const windows = { kernel_shape: [2, 2], pads: [1, 1, 0, 0] };
  if (op === "Conv") {
    return { op, opset, inputs: [inputs[0]!, fed(random, [3, 2, 2, 2])], attributes: windows };
  }
  if (op.endsWith("Pool")) return { op, opset, inputs: inputs.slice(0, 1), attributes: windows };
  if (op === "LeakyRelu" || op === "LRN") {
    return { op, opset, inputs: inputs.slice(0, 1), attributes: op === "LRN" ? { size: 3 } : {} };
  }
  if (op === "PRelu") return { op, opset, inputs: [inputs[0]!, fed(random, [2, 1, 1])] };
  return { op, opset, inputs };
});
