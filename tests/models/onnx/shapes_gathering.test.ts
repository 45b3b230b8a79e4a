import { elementTypeCode, float } from "../../../models/onnx/build.ts";
import type { ElementType } from "../../../models/onnx/model.ts";
import { fed, ints, known, sizes, testShapes } from "./shapes_check.ts";

testShapes("Gather", 15, (random) => {
  const dims = sizes(random, random.integer(1, 4), 3, 5);
  const indices = fed(random, sizes(random, random.integer(0, 2), 1, 3), "int64", -3, 2);
  const axis = random.integer(-dims.length, dims.length - 1);
  return { op: "Gather", inputs: [fed(random, dims), indices], attributes: { axis } };
});

testShapes("GatherElements", 8, (random) => {
  const rank = random.integer(1, 3);
  const indices = fed(random, sizes(random, rank, 1, 3), "int64", -3, 2);
  const axis = random.integer(-rank, rank - 1);
  return {
    op: "GatherElements",
    inputs: [fed(random, sizes(random, rank, 3, 5)), indices],
    attributes: { axis },
  };
});

testShapes("GatherND", 15, (random) => {
  const dims = sizes(random, random.integer(2, 4), 3, 4);
  const batch = random.integer(0, 1);
  const depth = random.integer(1, dims.length - batch);
  const indices = fed(
    random,
    [...dims.slice(0, batch), ...sizes(random, random.integer(0, 2), 1, 3), depth],
    "int64",
    -3,
    2,
  );
  return { op: "GatherND", inputs: [fed(random, dims), indices], attributes: { batch_dims: batch } };
});

testShapes("ScatterElements", 4, (random) => {
  const [dims, few] = [sizes(random, 3, 3, 5), sizes(random, 3, 1, 3)];
  return {
    op: "ScatterElements",
    inputs: [fed(random, dims), fed(random, few, "int64", -3, 2), fed(random, few)],
  };
});

testShapes("ScatterND", 4, (random) => {
  const dims = sizes(random, 3, 3, 4);
  return {
    op: "ScatterND",
    inputs: [fed(random, dims), fed(random, [2, 1], "int64", -3, 2), fed(random, [2, ...dims.slice(1)])],
  };
});

testShapes("OneHot", 8, (random) => {
  const indices = fed(random, sizes(random, random.integer(1, 3), 1, 3), "int64", 0, 3);
  const rank = indices.tensor.dims.length;
  const depth = known("int64", [random.integer(1, 5)], random.pick([[], [1]]));
  return {
    op: "OneHot",
    inputs: [indices, depth, fed(random, [2])],
    attributes: { axis: random.integer(-rank - 1, rank) },
  };
});

testShapes("TopK", 8, (random) => {
  const dims = sizes(random, random.integer(1, 3), 3, 5);
  const axis = random.integer(-dims.length, dims.length - 1);
  return {
    op: "TopK",
    inputs: [fed(random, dims), ints(random.integer(1, 3))],
    attributes: { axis },
    outputs: 2,
  };
});

testShapes("NonZero of a constant", 3, (random) => ({
  op: "NonZero",
  inputs: [known("int64", random.integers(6, 0, 1), [2, 3])],
}));

testShapes("MatMul", 20, (random) => {
  const [rows, inner, columns] = sizes(random, 3);
  const batch = sizes(random, random.integer(0, 2), 1, 3);
  const some = () =>
    batch.slice(random.integer(0, batch.length)).map((size) => random.chance(0.3) ? 1 : size);
  const left = random.chance(0.2) ? [inner!] : [...some(), rows!, inner!];
  const right = random.chance(0.2) ? [inner!] : [...some(), inner!, columns!];
  return { op: "MatMul", inputs: [fed(random, left), fed(random, right)] };
});

testShapes("Gemm", 8, (random) => {
  const [rows, inner, columns] = sizes(random, 3);
  const [transA, transB] = random.integers(2, 0, 1);
  const a = fed(random, transA ? [inner!, rows!] : [rows!, inner!]);
  const b = fed(random, transB ? [columns!, inner!] : [inner!, columns!]);
  return {
    op: "Gemm",
    inputs: [a, b, fed(random, [columns!])],
    attributes: { transA: transA!, transB: transB! },
  };
});

testShapes("Einsum", 16, (random) => {
  const [equation, ...shapes] = random.pick<[string, ...number[][]]>([
    ["ij,jk->ik", [2, 3], [3, 4]],
    ["ij,jk", [2, 3], [3, 4]],
    ["bij, bjk -> bki", [5, 2, 3], [5, 3, 4]],
    ["ii->i", [3, 3]],
    ["ij->", [3, 2]],
    ["...ij,...jk->...ik", [5, 4, 2, 3], [5, 4, 3, 2]],
    ["zyx", [2, 3, 4]],
    ["i...j->j...", [2, 3, 4, 5]],
  ]);
  return { op: "Einsum", inputs: shapes.map((dims) => fed(random, dims)), attributes: { equation } };
});

for (const name of ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]) {
  testShapes(`Reduce${name}`, 8, (random) => {
    const dims = sizes(random, random.integer(1, 4));
    const axes = random.permutation(dims.length).slice(0, random.integer(0, dims.length))
      .map((axis) => random.chance(0.4) ? axis - dims.length : axis);
    const opset = random.pick([13, 18]);
    const keepdims = random.integer(0, 1);
    const x = fed(random, dims, "float32", 1, 2);
    if (axes.length === 0) return { op: `Reduce${name}`, opset, inputs: [x], attributes: { keepdims } };
    return opset === 18 || name === "Sum"
      ? { op: `Reduce${name}`, opset, inputs: [x, ints(...axes)], attributes: { keepdims } }
      : { op: `Reduce${name}`, opset, inputs: [x], attributes: { keepdims, axes } };
  });
}

testShapes("ReduceSum over no axis", 2, (random) => ({
  op: "ReduceSum",
  inputs: [fed(random, sizes(random, 3))],
  attributes: { noop_with_empty_axes: 1 },
}));

testShapes("ArgMax and ArgMin", 8, (random) => {
  const dims = sizes(random, random.integer(1, 4));
  const attributes = { axis: random.integer(-dims.length, dims.length - 1), keepdims: random.integer(0, 1) };
  return { op: random.pick(["ArgMax", "ArgMin"]), inputs: [fed(random, dims)], attributes };
});

testShapes("Resize by scales", 40, (random) => {
  const dims = [1, 2, ...sizes(random, 2, 3, 40)];
  const scales = [1, 1, ...random.floats([2], 0.3, 3)];
  if (random.chance(0.5)) scales[2] = random.pick([1 / 3, 0.1, 0.6, 1.4, 2, 7 / 3, 1 / 1.4]);
  const mode = random.pick(["nearest", "linear"]);
  return { op: "Resize", inputs: [fed(random, dims), "", known("float32", scales)], attributes: { mode } };
});

testShapes("Resize to sizes", 5, (random) => {
  const x = fed(random, sizes(random, 4));
  const [batch, channels] = x.tensor.dims;
  return { op: "Resize", inputs: [x, "", "", ints(batch!, channels!, ...sizes(random, 2, 1, 9))] };
});

testShapes("Resize of chosen axes", 5, (random) => ({
  op: "Resize",
  opset: 18,
  inputs: [fed(random, [1, 2, 4, 5]), "", "", ints(...sizes(random, 2, 1, 9))],
  attributes: { axes: random.pick([[2, 3], [3, 2]]) },
}));

testShapes("Resize of operator set 10", 5, (random) => ({
  op: "Resize",
  opset: 10,
  inputs: [fed(random, [1, 2, 4, 5]), known("float32", [1, 1, ...random.floats([2], 0.5, 3)])],
}));

testShapes("Upsample", 6, (random) => {
  const scales = [1, 1, ...random.floats([2], 1, 3)];
  const x = fed(random, [1, 2, 4, 5]);
  return random.chance()
    ? { op: "Upsample", opset: 9, inputs: [x, known("float32", scales)] }
    : { op: "Upsample", opset: 7, inputs: [x], attributes: { scales: float(scales) } };
});

testShapes("GridSample", 3, (random) => {
  const [batch, channels, height, width] = sizes(random, 4);
  const grid = fed(random, [batch!, ...sizes(random, 2), 2], "float32", -1, 1);
  return { op: "GridSample", inputs: [fed(random, [batch!, channels!, height!, width!]), grid] };
});

testShapes("ConstantOfShape", 4, (random) => ({
  op: "ConstantOfShape",
  inputs: [ints(...sizes(random, random.integer(0, 3), 0, 3))],
  ...(random.chance() && {
    attributes: { value: { kind: "tensor" as const, value: known("int64", [3]).tensor } },
  }),
}));

testShapes("Range", 8, (random) => {
  const type = random.pick<ElementType>(["int64", "float32", "int32"]);
  const scalar = (value: number) => known(type, [value], []);
  const [start, limit] = random.integers(2, -9, 9);
  return { op: "Range", inputs: [scalar(start!), scalar(limit!), scalar(random.pick([-2, -1, 1, 3]))] };
});

testShapes("Shape", 10, (random) => {
  const dims = sizes(random, random.integer(0, 4));
  const attributes = {
    ...(random.chance() && { start: random.integer(-5, 5) }),
    ...(random.chance() && { end: random.integer(-5, 5) }),
  };
  return { op: "Shape", inputs: [fed(random, dims)], attributes };
});

testShapes("Size", 2, (random) => ({ op: "Size", inputs: [fed(random, sizes(random, 3))] }));

testShapes("Cast", 8, (random) => ({
  op: "Cast",
  inputs: [fed(random, sizes(random, 3))],
  attributes: {
    to: elementTypeCode[random.pick<ElementType>(["float64", "int64", "int32", "bool", "uint8", "float16"])],
  },
}));

testShapes(
  "CastLike",
  2,
  (random) => ({ op: "CastLike", inputs: [fed(random, sizes(random, 3)), fed(random, [1], "int64")] }),
);
testShapes("EyeLike", 2, (random) => ({ op: "EyeLike", inputs: [fed(random, sizes(random, 2))] }));
testShapes("random values", 4, (random) => {
  const op = random.pick(["RandomNormalLike", "RandomUniformLike"]);
  return { op, inputs: [fed(random, sizes(random, 2))] };
});
