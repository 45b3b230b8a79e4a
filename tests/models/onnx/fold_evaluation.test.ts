import { type AttributeInput, elementTypeCode } from "../../../models/onnx/build.ts";
import { intTensor, numbersOf, type Tensor } from "../../../models/onnx/model.ts";
import { ShapeTable } from "../../../models/onnx/shapes.ts";
import type { Random } from "../../reference/random.ts";
import {
  type Argument,
  type Call,
  ints,
  known,
  modelOf,
  randomTensor,
  runTensors,
  sizes,
  testCalls,
} from "./shapes_check.ts";

/** Folded values must equal those of onnxruntime to the last bit, except where a library rounds. */
async function constantProblem(call: Call): Promise<string | undefined> {
  const { model } = modelOf(call);
  const table = new ShapeTable(model.graph);
  const actual = await runTensors(model, {});
  for (const [name, tensor] of Object.entries(actual)) {
    const folded = table.constant(name);
    if (!folded) return `${name} is not computed`;
    if (folded.type !== tensor.type || `${folded.dims}` !== `${tensor.dims}`) {
      return `${name} is ${folded.type}[${folded.dims}]`;
    }
    const problem = difference(folded, tensor);
    if (problem) return problem;
  }
  return undefined;
}

function difference(folded: Tensor, expected: Tensor): string | undefined {
  if (folded.type === "float16" || folded.type === "int64") {
    return `${folded.data}` === `${expected.data}`
      ? undefined
      : `[${folded.data}] instead of [${expected.data}]`;
  }
  const [a, b] = [numbersOf(folded), numbersOf(expected)];
  const isNear = b.every((value, i) =>
    Object.is(value, a[i]) || Math.abs(value - a[i]!) <= 1e-6 * Math.abs(value)
  );
  return isNear && a.length === b.length ? undefined : `[${a}] instead of [${b}]`;
}

function testConstants(name: string, count: number, draw: (random: Random) => Call): void {
  testCalls(`${name}: constants are computed as onnxruntime does`, count, draw, constantProblem);
}

function constant(
  random: Random,
  dims: number[],
  type: Tensor["type"] = "int64",
  low = -3,
  high = 3,
): Argument {
  return { tensor: randomTensor(random, dims, type, low, high), isConstant: true };
}

const numeric = (random: Random) => random.pick(["int64", "int32", "float32"] as const);

for (const op of ["Add", "Sub", "Mul", "Div", "Max", "Min"]) {
  testConstants(op, 8, (random) => {
    const type = numeric(random);
    const dims = sizes(random, 2, 1, 3);
    // No divisor is 0.
    const inputs = [
      constant(random, dims, type, -9, 9),
      constant(random, dims.slice(random.integer(0, 2)), type, 1, 3),
    ];
    return { op, inputs };
  });
}
for (const op of ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]) {
  testConstants(op, 4, (random) => {
    const type = numeric(random);
    return { op, inputs: [constant(random, [4], type, 0, 2), constant(random, [3, 4], type, 0, 2)] };
  });
}
for (const op of ["And", "Or", "Xor"]) {
  testConstants(
    op,
    3,
    (random) => ({ op, inputs: [constant(random, [4], "bool"), constant(random, [2, 1], "bool")] }),
  );
}
for (const op of ["Neg", "Abs", "Sign", "Floor", "Ceil", "Round", "Reciprocal", "Relu"]) {
  testConstants(op, 3, (random) => {
    const halves = random.integers(8, -7, 7).map((value) => (value || 1) / 2);
    return { op, inputs: [known("float32", halves)] };
  });
}
for (const op of ["Sqrt", "Exp", "Log"]) {
  testConstants(op, 3, (random) => ({ op, inputs: [constant(random, [6], "float32", 0.1, 3)] }));
}
testConstants("Pow", 4, (random) => {
  const type = random.pick(["int64", "float32"] as const);
  return { op: "Pow", inputs: [constant(random, [5], type, 1, 4), constant(random, [1], type, 0, 3)] };
});
testConstants("Sum and Mean", 4, (random) => ({
  op: random.pick(["Sum", "Mean"]),
  inputs: [1, 2, 3].map(() => constant(random, [2, 2], "float32", 1, 3)),
}));
testConstants("Mod", 8, (random) => {
  const isFmod = random.integer(0, 1);
  const type = isFmod ? numeric(random) : random.pick(["int64", "int32"] as const);
  const divisor = known(type, [random.pick([-3, -2, 2, 3])]);
  return { op: "Mod", inputs: [constant(random, [6], type, -9, 9), divisor], attributes: { fmod: isFmod } };
});
testConstants("Not", 2, (random) => ({ op: "Not", inputs: [constant(random, [5], "bool")] }));
testConstants("Where", 4, (random) => ({
  op: "Where",
  inputs: [constant(random, [4], "bool"), constant(random, [3, 1]), constant(random, [1])],
}));
testConstants("Clip", 4, (random) => {
  const scalar = (value: number) => known("int64", [value], []);
  return {
    op: "Clip",
    inputs: [constant(random, [6], "int64", -9, 9), random.chance() ? scalar(-2) : "", scalar(4)],
  };
});
testConstants("Cast", 12, (random) => {
  const to = random.pick(["int64", "int32", "float32", "float64", "bool"] as const);
  return {
    op: "Cast",
    inputs: [constant(random, [6], numeric(random), -3, 3)],
    attributes: { to: elementTypeCode[to] },
  };
});

function moved(
  op: string,
  random: Random,
  dims: number[],
  more: Call["inputs"],
  attributes: Record<string, AttributeInput> = {},
): Call {
  return {
    op,
    inputs: [constant(random, dims, random.pick(["int64", "float32", "bool"] as const)), ...more],
    attributes,
  };
}
testConstants("Reshape", 3, (random) => moved("Reshape", random, [2, 6], [ints(3, -1)]));
testConstants("Flatten", 2, (random) => moved("Flatten", random, [2, 3, 2], [], { axis: 2 }));
testConstants("Squeeze", 2, (random) => moved("Squeeze", random, [1, 4], [ints(0)]));
testConstants("Unsqueeze", 2, (random) => moved("Unsqueeze", random, [4], [ints(0, -1)]));
testConstants(
  "Transpose",
  5,
  (random) => moved("Transpose", random, [2, 3, 4], [], { perm: random.permutation(3) }),
);
testConstants("Expand", 3, (random) => moved("Expand", random, [3, 1], [ints(2, 1, 4)]));
testConstants("Tile", 4, (random) => moved("Tile", random, [2, 3], [ints(...random.integers(2, 1, 3))]));
testConstants("Slice", 20, (random) => {
  const steps = ints(...[1, 2].map(() => random.pick([-2, -1, 1, 2])));
  const bounds = () => ints(...random.integers(2, -5, 5));
  return moved("Slice", random, [3, 2, 4], [bounds(), bounds(), ints(2, -3), steps]);
});
testConstants("Split", 4, (random) => ({
  ...moved("Split", random, [2, 5], [ints(1, 4)], { axis: random.pick([1, -1]) }),
  outputs: 2,
}));
testConstants("Concat", 6, (random) => {
  const type = numeric(random);
  const axis = random.integer(-2, 1);
  const inputs = [1, 3, 2].map((size) =>
    constant(random, axis === 0 || axis === -2 ? [size, 2] : [2, size], type)
  );
  return { op: "Concat", inputs, attributes: { axis } };
});
testConstants("Pad", 8, (random) => ({
  op: "Pad",
  inputs: [constant(random, [3, 4]), ints(...random.integers(4, -1, 2)), known("int64", [7], [])],
}));
testConstants("Gather", 8, (random) => {
  const axis = random.integer(-2, 1);
  return moved("Gather", random, [3, 3], [
    constant(random, sizes(random, random.integer(0, 2)), "int64", -3, 2),
  ], { axis });
});
testConstants(
  "GatherElements",
  4,
  (random) =>
    moved("GatherElements", random, [3, 4], [constant(random, [2, 3], "int64", -3, 2)], {
      axis: random.integer(-2, 1),
    }),
);
testConstants("GatherND", 4, (random) => {
  const depth = random.integer(1, 2);
  return moved("GatherND", random, [3, 3], [constant(random, [4, depth], "int64", -3, 2)]);
});
testConstants("ScatterElements", 4, (random) => ({
  op: "ScatterElements",
  inputs: [constant(random, [4]), ints(...random.permutation(4).slice(0, 2)), constant(random, [2])],
}));
testConstants("ScatterND", 4, (random) => ({
  op: "ScatterND",
  inputs: [constant(random, [3, 2]), known("int64", [2, 0], [2, 1]), constant(random, [2, 2])],
}));
testConstants(
  "NonZero",
  3,
  (random) => ({ op: "NonZero", inputs: [constant(random, [2, 3], "int64", 0, 1)] }),
);
testConstants("Range", 6, (random) => {
  const type = numeric(random);
  return {
    op: "Range",
    inputs: [random.integer(-4, 0), random.integer(1, 9), random.integer(1, 3)].map((v) =>
      known(type, [v], [])
    ),
  };
});
testConstants("ConstantOfShape", 3, (random) => ({
  op: "ConstantOfShape",
  inputs: [ints(...sizes(random, 2))],
  attributes: { value: { kind: "tensor", value: intTensor([random.integer(0, 5)]) } },
}));
testConstants(
  "Shape and Size",
  4,
  (random) => ({ op: random.pick(["Shape", "Size"]), inputs: [constant(random, [2, 3, 4])] }),
);
for (const name of ["Sum", "Mean", "Prod", "Max", "Min"]) {
  testConstants(`Reduce${name}`, 6, (random) => {
    const axes = random.permutation(3).slice(0, random.integer(1, 3));
    return {
      op: `Reduce${name}`,
      opset: 18,
      inputs: [
        constant(random, [2, 3, 2], name === "Mean" ? "float32" : numeric(random), 1, 3),
        ints(...axes),
      ],
      attributes: { keepdims: random.integer(0, 1) },
    };
  });
}
