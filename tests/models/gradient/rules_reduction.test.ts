import { drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";

const reductions = [
  "ReduceMean",
  "ReduceSum",
  "ReduceMax",
  "ReduceMin",
  "ReduceL1",
  "ReduceL2",
  "ReduceSumSquare",
  "ReduceProd",
  "ReduceLogSum",
  "ReduceLogSumExp",
];

for (const op of reductions) {
  testRule(op, 10, (random) => {
    const dims = random.integers(random.integer(1, 4), 1, 4);
    const chosen = random.permutation(dims.length).slice(0, random.integer(0, dims.length));
    const axes = chosen.map((axis) => random.chance(0.3) ? axis - dims.length : axis);
    const keepdims = random.chance(0.3) ? {} : { keepdims: random.integer(0, 1) };
    const x = op === "ReduceLogSum" ? drawInput(random, dims, 0.2, 2) : drawInput(random, dims, -2, 2);
    if (op === "ReduceProd" && random.chance(0.3)) x.data[0] = 0;
    if (axes.length === 0) return oneOperator(x, op, keepdims);
    // Axes are an input of ReduceSum since operator set 13, and of the other reductions since 18.
    if (op === "ReduceSum") return oneOperator(x, op, keepdims, (g) => [g.ints(...axes)]);
    return oneOperator(x, op, { ...keepdims, axes });
  });
}
