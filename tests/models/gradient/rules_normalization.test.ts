import assert from "node:assert/strict";
import { differentiate } from "../../../models/gradient/differentiate.ts";
import { type AttributeInput, float, GraphBuilder } from "../../../models/onnx/build.ts";
import { type Case, drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

function drawEpsilon(random: Random): Record<string, AttributeInput> {
  return random.chance() ? {} : { epsilon: float(Math.fround(random.uniform(1e-3, 1e-1))) };
}

testRule("BatchNormalization", 8, (random) => {
  const channels = random.integer(1, 4);
  const dims = [random.integer(1, 2), channels, ...random.integers(random.integer(0, 2), 1, 4)];
  const [scale, bias, mean] = [0, 1, 2].map(() => random.floats([channels]));
  const variance = random.floats([channels], 0.2, 2);
  return oneOperator(
    drawInput(random, dims),
    "BatchNormalization",
    drawEpsilon(random),
    (g) => [scale!, bias!, mean!, variance].map((values) => g.floats(values)),
  );
});

testRule("InstanceNormalization", 8, (random) => {
  const channels = random.integer(1, 3);
  const dims = [random.integer(1, 2), channels, random.integer(3, 5), random.integer(3, 5)];
  const [scale, bias] = [random.floats([channels], 0.5, 2), random.floats([channels])];
  return oneOperator(
    drawInput(random, dims, -2, 2),
    "InstanceNormalization",
    drawEpsilon(random),
    (g) => [g.floats(scale), g.floats(bias)],
  );
});

testRule("LayerNormalization", 12, (random) => {
  const dims = [...random.integers(random.integer(1, 2), 2, 3), ...random.integers(2, 3, 4)];
  const axis = random.integer(1, dims.length - 1);
  const inner = dims.slice(axis);
  const [scale, bias] = [random.floats(inner, 0.5, 2), random.floats(inner)];
  const withBias = random.chance();
  return oneOperator(
    drawInput(random, dims, -2, 2),
    "LayerNormalization",
    { axis: random.chance() ? axis : axis - dims.length, ...drawEpsilon(random) },
    (g) => [g.floats(scale, inner), ...(withBias ? [g.floats(bias, inner)] : [])],
  );
});

const allForms = [{ maxPool: "codes" }, { maxPool: "indices" }, { maxPool: "indexFree" }] as const;

function drawLrn(random: Random, dims: number[], sizes: number[]): Case {
  const attributes: Record<string, AttributeInput> = { size: random.pick(sizes) };
  if (random.chance(0.7)) attributes["alpha"] = float(Math.fround(random.uniform(0.1, 2)));
  // Quarters and halves are expressed by roots, other exponents by a power.
  if (random.chance(0.8)) {
    attributes["beta"] = float(random.pick([0.25, 0.5, 0.75, 1, 1.5, 2, 0.625, 0.59375]));
  }
  if (random.chance()) attributes["bias"] = float(Math.fround(random.uniform(0.5, 2)));
  return oneOperator(drawInput(random, dims, -3, 3), "LRN", attributes);
}

testRule("LRN", 20, (random) => {
  const dims = [random.integer(1, 2), random.integer(1, 7), ...random.integers(2, 1, 3)];
  return drawLrn(random, dims, [1, 2, 3, 4, 5, 9]);
}, allForms);

testRule("LRN of blocks of channels", 4, (random) => {
  const dims = [random.integer(1, 2), random.pick([16, 48]), 1, 2];
  return drawLrn(random, dims, [1, 2, 5, 6]);
}, allForms);

testRule("LRN of so many channels that their band is split", 2, (random) => {
  return drawLrn(random, [1, 128, 1, 2], [4, 5, 7]);
}, allForms);

testRule("LRN of vectors, lines and volumes", 6, (random) => {
  const dims = [random.integer(1, 2), random.integer(2, 5), ...random.pick([[], [3], [2, 1, 3]])];
  return drawLrn(random, dims, [3, 5]);
});

Deno.test("a network's LRN becomes operators that all providers have", () => {
  const g = new GraphBuilder();
  const y = g.op("LRN", [g.relu(g.input("x", "float32", [1, 16, 4, 4]))], { size: 5 });
  differentiate(g, g.reduceSum(g.mul(y, y), undefined, 0), ["x"], { maxPool: "indexFree" });
  assert.ok(!g.graph.nodes.some(({ op }) => op === "LRN"));
});

/** Scale and bias may be computed, too (for example in adaptive instance normalisation). */
for (const op of ["BatchNormalization", "InstanceNormalization", "LayerNormalization"]) {
  testRule(`${op} with the gradients of scale and bias`, 5, (random): Case => {
    const dims = [random.integer(1, 2), 3, 3, 4];
    const parameters = op === "LayerNormalization" ? random.pick([[4], [3, 4], [1, 4]]) : [3];
    const axis = 4 - parameters.length;
    const variance = random.floats([3], 0.2, 2);
    return {
      inputs: {
        x: drawInput(random, dims, -2, 2),
        scale: drawInput(random, parameters, 0.5, 2),
        bias: drawInput(random, parameters),
      },
      build: (g, inputs) => {
        if (op === "LayerNormalization") return [g.op(op, inputs, { axis })];
        const statistics = op === "BatchNormalization" ? [g.floats([0.5, -0.25, 0]), g.floats(variance)] : [];
        return [g.op(op, [...inputs, ...statistics])];
      },
      description: `${op} on [${dims}] with scale [${parameters}]`,
    };
  });
}

testRule("MeanVarianceNormalization", 6, (random) => {
  const dims = [random.integer(1, 2), random.integer(1, 3), ...random.integers(2, 3, 4)];
  const attributes = random.chance(0.4)
    ? {}
    : { axes: random.pick([[2, 3], [1, 2, 3], [-1, -2], [0, 2, 3]]) };
  return oneOperator(drawInput(random, dims, -2, 2), "MeanVarianceNormalization", attributes);
});

testRule("LpNormalization", 8, (random) => {
  const dims = random.integers(random.integer(1, 4), 2, 4);
  const axis = random.integer(-dims.length, dims.length - 1);
  const attributes = { axis, ...(random.chance(0.3) ? {} : { p: random.integer(1, 2) }) };
  return oneOperator(drawInput(random, dims, -2, 2), "LpNormalization", attributes);
});
