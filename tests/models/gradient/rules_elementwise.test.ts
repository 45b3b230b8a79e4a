import {
  type AttributeInput,
  elementTypeCode,
  float,
  type GraphBuilder,
} from "../../../models/onnx/build.ts";
import { type Case, drawInput, oneOperator, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

const shape = (random: Random) => random.integers(random.integer(1, 4), 1, 4);

/** Operators without attributes, with the range of their input. */
const plain: Record<string, [low: number, high: number]> = {
  Relu: [-2, 2],
  Sigmoid: [-4, 4],
  Tanh: [-3, 3],
  HardSwish: [-5, 5],
  Softplus: [-4, 4],
  Softsign: [-3, 3],
  Erf: [-2.5, 2.5],
  Sqrt: [0.1, 4],
  Exp: [-3, 2],
  Log: [0.1, 5],
  Neg: [-1, 1],
  Abs: [-1, 1],
  Reciprocal: [0.3, 3],
  Identity: [-1, 1],
  Dropout: [-1, 1],
  Sin: [-4, 4],
  Cos: [-4, 4],
  Tan: [-1.2, 1.2],
  Asin: [-0.9, 0.9],
  Acos: [-0.9, 0.9],
  Atan: [-3, 3],
  Sinh: [-2, 2],
  Cosh: [-2, 2],
  Asinh: [-3, 3],
  Acosh: [1.2, 4],
  Atanh: [-0.9, 0.9],
};

for (const [op, [low, high]] of Object.entries(plain)) {
  testRule(op, 4, (random) => oneOperator(drawInput(random, shape(random), low, high), op, {}));
}

/** Activations with float attributes, each omitted half of the time. */
const parametric: Record<string, Record<string, [low: number, high: number]>> = {
  LeakyRelu: { alpha: [-0.5, 0.9] },
  ThresholdedRelu: { alpha: [-1, 1] },
  Elu: { alpha: [0.3, 2] },
  Selu: { alpha: [0.5, 2], gamma: [0.5, 2] },
  Celu: { alpha: [0.3, 2] },
  Shrink: { lambd: [0.2, 1.5], bias: [-0.5, 0.5] },
  HardSigmoid: { alpha: [0.1, 0.5], beta: [0.2, 0.8] },
};

for (const [op, ranges] of Object.entries(parametric)) {
  testRule(op, 6, (random) => {
    const attributes: Record<string, AttributeInput> = {};
    for (const [name, [low, high]] of Object.entries(ranges)) {
      if (random.chance()) attributes[name] = float(Math.fround(random.uniform(low, high)));
    }
    return oneOperator(drawInput(random, shape(random), -4, 4), op, attributes);
  });
}

for (const op of ["Floor", "Ceil", "Round", "Sign"]) {
  // Steps have the derivative 0: only the other path counts.
  testRule(op, 3, (random): Case => ({
    inputs: { x: drawInput(random, shape(random), -3, 3) },
    build: (g, [x]) => [g.sub(g.mul(x!, x!), g.op(op, [x!]))],
    description: `x^2 - ${op}(x)`,
  }));
}

testRule("Cast to the type it has", 2, (random) => {
  const to = elementTypeCode.float32;
  return oneOperator(drawInput(random, shape(random)), "Cast", { to });
});

testRule("Clip", 8, (random) => {
  const [low, high] = [random.chance(0.75), random.chance(0.75)];
  const constants = (g: GraphBuilder) => [low ? g.scalar(-0.5) : "", ...(high ? [g.scalar(0.75)] : [])];
  return oneOperator(drawInput(random, shape(random), -2, 2), "Clip", {}, constants);
});

testRule("Clip with computed bounds", 10, (random): Case => {
  const computed = random.pick([["low"], ["high"], ["low", "high"]]);
  const dims = shape(random);
  const bounds = { low: drawInput(random, [], -1, -0.3), high: drawInput(random, [], 0.3, 1) };
  const inputs: Case["inputs"] = { x: drawInput(random, dims, -2, 2) };
  if (computed.includes("low")) inputs["low"] = bounds.low;
  if (computed.includes("high")) inputs["high"] = bounds.high;
  return {
    inputs,
    build: (
      g,
    ) => [g.op("Clip", ["x", ...["low", "high"].map((name) => computed.includes(name) ? name : "")])],
    description: `Clip of [${dims}] with computed ${computed}`,
  };
});

/** One slope, one per channel, or one per element. */
testRule("PRelu", 8, (random) => {
  const dims = [random.integer(1, 2), 3, ...random.integers(2, 1, 4)];
  const slopeDims = random.pick([[1], [3, 1, 1], dims.slice(1)]);
  const slopes = random.floats(slopeDims);
  return oneOperator(drawInput(random, dims, -2, 2), "PRelu", {}, (g) => [g.floats(slopes, slopeDims)]);
});

testRule("PRelu with slopes of its own gradient", 5, (random): Case => {
  const dims = [random.integer(1, 2), 3, ...random.integers(2, 1, 3)];
  const slopes = random.pick([[1], [3, 1, 1], dims.slice(1)]);
  return {
    inputs: { x: drawInput(random, dims, -2, 2), slope: drawInput(random, slopes) },
    build: (g, inputs) => [g.op("PRelu", inputs)],
    description: `PRelu of [${dims}] with slopes [${slopes}]`,
  };
});

for (const op of ["Softmax", "LogSoftmax"]) {
  testRule(op, 8, (random) => {
    const dims = random.integers(random.integer(2, 4), 2, 4);
    const axis = random.integer(-dims.length, dims.length - 1);
    return oneOperator(drawInput(random, dims, -2, 2), op, axis === -1 && random.chance() ? {} : { axis });
  });
}

/** Gelu as exported for operator sets below 20: x/2 (1 + erf(x / sqrt 2)). */
testRule("Gelu written with Erf", 4, (random): Case => ({
  inputs: { x: drawInput(random, shape(random), -3, 3) },
  build: (g, [x]) => {
    const erf = g.op("Erf", [g.div(x!, g.scalar(Math.fround(Math.SQRT2)))]);
    return [g.mul(g.mul(x!, g.add(erf, g.scalar(1))), g.scalar(0.5))];
  },
  description: "Gelu written with Erf",
}));

testRule("Gelu", 8, (random): Case => {
  const approximate = random.pick(["none", "tanh"]);
  return {
    ...oneOperator(drawInput(random, shape(random), -3, 3), "Gelu", { approximate }),
    opset: 20,
  };
});
