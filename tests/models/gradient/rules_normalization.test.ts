import { type AttributeInput, float } from "../../../models/onnx/build.ts";
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

testRule("LRN", 10, (random) => {
  const dims = [random.integer(1, 2), random.integer(1, 7), ...random.integers(2, 1, 3)];
  const attributes: Record<string, AttributeInput> = { size: random.pick([1, 3, 5]) };
  if (random.chance(0.7)) attributes["alpha"] = float(Math.fround(random.uniform(0.1, 2)));
  if (random.chance(0.7)) attributes["beta"] = float(Math.fround(random.uniform(0.3, 1.5)));
  if (random.chance()) attributes["bias"] = float(Math.fround(random.uniform(0.5, 2)));
  return oneOperator(drawInput(random, dims, -3, 3), "LRN", attributes);
});

/** Scale and bias may be computed, too (adaptive instance normalisation, for one). */
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
