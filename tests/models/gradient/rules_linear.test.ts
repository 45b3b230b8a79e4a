import { type AttributeInput, float } from "../../../models/onnx/build.ts";
import { type Case, drawInput, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

/** Plain matrices, batches that broadcast, and vectors on either side. */
function drawFactors(random: Random): [number[], number[]] {
  const [rows, inner, columns] = random.integers(3, 1, 4) as [number, number, number];
  const batch = random.integers(random.integer(0, 2), 1, 3);
  const narrowed = () => {
    const dims = batch.map((size) => random.chance(0.3) ? 1 : size);
    return random.chance(0.3) ? dims.slice(random.integer(0, dims.length)) : dims;
  };
  const left = random.chance(0.15) ? [inner] : [...narrowed(), rows, inner];
  const right = random.chance(0.15) ? [inner] : [...narrowed(), inner, columns];
  return [left, right];
}

testRule("MatMul", 24, (random): Case => {
  const [a, b] = drawFactors(random);
  return {
    inputs: { a: drawInput(random, a), b: drawInput(random, b) },
    build: (g, [x, y]) => [g.matmul(x!, y!)],
    description: `MatMul of [${a}] and [${b}]`,
  };
});

testRule("MatMul with a constant", 8, (random): Case => {
  const [a, b] = drawFactors(random);
  const constant = random.floats(b);
  return {
    inputs: { a: drawInput(random, a) },
    build: (g, [x]) => [g.matmul(x!, g.floats(constant, b))],
    description: `MatMul of [${a}] and a constant [${b}]`,
  };
});

testRule("Gemm", 20, (random): Case => {
  const [rows, inner, columns] = random.integers(3, 1, 4) as [number, number, number];
  const [transA, transB] = [random.integer(0, 1), random.integer(0, 1)];
  const attributes: Record<string, AttributeInput> = { transA, transB };
  if (random.chance()) attributes["alpha"] = float(Math.fround(random.uniform(0.2, 2)));
  if (random.chance()) attributes["beta"] = float(Math.fround(random.uniform(0.2, 2)));
  const inputs: Case["inputs"] = {
    a: drawInput(random, transA ? [inner, rows] : [rows, inner]),
    b: drawInput(random, transB ? [columns, inner] : [inner, columns]),
  };
  const cDims = random.pick([undefined, [], [1], [columns], [rows, 1], [1, columns], [rows, columns]]);
  if (cDims) inputs["c"] = drawInput(random, cDims);
  return {
    inputs,
    build: (g, names) => [g.op("Gemm", names, attributes)],
    description: `Gemm ${rows}x${inner}x${columns}, C [${cDims}], ${JSON.stringify(attributes)}`,
  };
});

/** Equations of attention, of layers, and what else they can say, with the shapes of their inputs. */
const equations: [string, ...number[][]][] = [
  ["bhqd,bhkd->bhqk", [2, 2, 3, 4], [2, 2, 2, 4]],
  ["bhqk,bhkd->bhqd", [1, 2, 3, 4], [1, 2, 4, 2]],
  ["bchw,oc->bohw", [1, 3, 2, 2], [4, 3]],
  ["ij,jk", [2, 3], [3, 4]],
  ["...ij,...jk->...ik", [2, 1, 3, 2], [1, 3, 2, 2]],
  ["b...c,cd->b...d", [2, 3, 2, 4], [4, 2]],
  ["ab->ba", [2, 3]],
  ["abc->b", [2, 3, 2]],
  ["i,j->ij", [3], [2]],
  ["abc,cd,bd->a", [2, 3, 2], [2, 2], [3, 2]],
  ["ij,ij->", [3, 2], [3, 2]],
  ["abc, adc->abd", [2, 1, 3], [2, 2, 3]],
];

for (const [equation, ...shapes] of equations) {
  testRule(`Einsum ${equation}`, 2, (random): Case => ({
    inputs: Object.fromEntries(shapes.map((dims, i) => [`x${i}`, drawInput(random, dims)])),
    build: (g, inputs) => [g.op("Einsum", inputs, { equation })],
    description: `Einsum ${equation} of ${shapes.map((dims) => `[${dims}]`).join(" ")}`,
  }));
}
