import { float } from "../../../models/onnx/build.ts";
import type { ElementType } from "../../../models/onnx/model.ts";
import type { Random } from "../../reference/random.ts";
import { type Call, fed, known, sizes, testShapes } from "./shapes_check.ts";

/** Shapes that broadcast together: some axes are 1, some are missing at the front. */
function broadcastable(random: Random, count: number): number[][] {
  const full = sizes(random, random.integer(1, 4), 1, 4);
  return Array.from(
    { length: count },
    () => full.slice(random.integer(0, full.length - 1)).map((size) => random.chance(0.3) ? 1 : size),
  );
}

function broadcasting(op: string, type: ElementType, count = 2): (random: Random) => Call {
  return (random) => ({
    op,
    inputs: broadcastable(random, count).map((dims) => fed(random, dims, type, 1, 3)),
    ...(op === "BitShift" && { attributes: { direction: "LEFT" } }),
  });
}

for (const op of "Add Sub Mul Div Pow Max Min Sum Mean PRelu".split(" ")) {
  if (op !== "PRelu") testShapes(op, 5, broadcasting(op, "float32", op === "Max" || op === "Sum" ? 3 : 2));
}
for (const op of ["Add", "Div", "Mod"]) testShapes(`${op} of whole numbers`, 5, broadcasting(op, "int64"));
for (const op of "Equal Greater GreaterOrEqual Less LessOrEqual".split(" ")) {
  testShapes(op, 5, broadcasting(op, "float32"));
}
for (const op of ["And", "Or", "Xor"]) testShapes(op, 5, broadcasting(op, "bool"));
testShapes("BitShift", 3, broadcasting("BitShift", "uint8"));

testShapes("Where", 10, (random) => {
  const [condition, a, b] = broadcastable(random, 3);
  return {
    op: "Where",
    inputs: [fed(random, condition!, "bool"), fed(random, a!, "int64"), fed(random, b!, "int64")],
  };
});

testShapes("PRelu", 5, (random) => {
  const [channels, ...rest] = sizes(random, 3);
  return { op: "PRelu", inputs: [fed(random, [2, channels!, ...rest]), fed(random, [channels!, 1, 1])] };
});

const unary = [
  ..."Identity Neg Abs Sign Ceil Floor Round Sqrt Exp Log Reciprocal Erf Sin Cos Tan Asin Acos Atan".split(
    " ",
  ),
  ..."Sinh Cosh Tanh Asinh Acosh Atanh Relu LeakyRelu Elu Selu Celu ThresholdedRelu Clip Sigmoid".split(" "),
  ..."HardSigmoid HardSwish Softplus Softsign Shrink Softmax LogSoftmax Hardmax LpNormalization".split(" "),
  ..."IsNaN IsInf Trilu".split(" "),
];
for (const op of unary) {
  testShapes(op, 2, (random) => ({ op, inputs: [fed(random, sizes(random, random.integer(2, 4)))] }));
}
testShapes("Gelu and Mish", 4, (random) => {
  const op = random.pick(["Gelu", "Mish"]);
  return { op, opset: 20, inputs: [fed(random, sizes(random, 3))] };
});
testShapes("Not", 2, (random) => ({ op: "Not", inputs: [fed(random, sizes(random, 3), "bool")] }));
testShapes("CumSum", 3, (random) => ({
  op: "CumSum",
  inputs: [fed(random, sizes(random, 3)), known("int64", [random.integer(-3, 2)], [])],
}));

const perChannel = (random: Random, channels: number, count: number) =>
  Array.from({ length: count }, () => fed(random, [channels], "float32", 0.5, 2));

testShapes("BatchNormalization", 5, (random) => {
  const dims = sizes(random, random.integer(2, 5));
  return { op: "BatchNormalization", inputs: [fed(random, dims), ...perChannel(random, dims[1]!, 4)] };
});
testShapes("BatchNormalization in training", 3, (random) => {
  const dims = sizes(random, 4, 2, 4);
  const inputs = [fed(random, dims), ...perChannel(random, dims[1]!, 4)];
  return { op: "BatchNormalization", inputs, attributes: { training_mode: 1 }, outputs: 3 };
});
testShapes("InstanceNormalization", 3, (random) => {
  const dims = sizes(random, 4);
  return { op: "InstanceNormalization", inputs: [fed(random, dims), ...perChannel(random, dims[1]!, 2)] };
});
testShapes("GroupNormalization", 3, (random) => {
  const inputs = [fed(random, [2, 6, 3, 3]), ...perChannel(random, 6, 2)];
  return { op: "GroupNormalization", opset: 21, inputs, attributes: { num_groups: random.pick([1, 2, 3]) } };
});
testShapes("LayerNormalization", 8, (random) => {
  const dims = sizes(random, random.integer(2, 4));
  const axis = random.integer(-dims.length, dims.length - 1);
  const rest = dims.slice(axis < 0 ? axis + dims.length : axis);
  const inputs = [fed(random, dims), fed(random, rest), fed(random, rest)];
  return {
    op: "LayerNormalization",
    inputs,
    attributes: { axis, epsilon: float(1e-3) },
    outputs: random.pick([1, 3]),
  };
});
testShapes(
  "LRN",
  2,
  (random) => ({ op: "LRN", inputs: [fed(random, sizes(random, 4))], attributes: { size: 3 } }),
);
testShapes("MeanVarianceNormalization", 2, (random) => ({
  op: "MeanVarianceNormalization",
  inputs: [fed(random, sizes(random, 4))],
}));
testShapes("Dropout", 4, (random) => ({
  op: "Dropout",
  inputs: [fed(random, sizes(random, 3))],
  outputs: random.integer(1, 2),
}));
