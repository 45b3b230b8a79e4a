import type { GraphBuilder } from "../../../models/onnx/build.ts";
import { type Case, drawInput, testRule } from "../../reference/check_gradient.ts";
import type { Random } from "../../reference/random.ts";

const bothForms = [{ maxPool: "codes" }, { maxPool: "indexFree" }] as const;

type Weights = (g: GraphBuilder) => string[];

/** Kernel and bias of a 2-D convolution. */
function drawKernel(random: Random, filters: number, channels: number, size: number): Weights {
  const kernel = random.floats([filters, channels, size, size]);
  const bias = random.floats([filters]);
  return (g) => [g.floats(kernel, [filters, channels, size, size]), g.floats(bias)];
}

function drawNormalization(random: Random, channels: number): Weights {
  const [scale, bias, mean] = [0, 1, 2].map(() => random.floats([channels]));
  const variance = random.floats([channels], 0.2, 2);
  return (g) => [scale!, bias!, mean!, variance].map((values) => g.floats(values));
}

/** A case with a single picture as input. */
function picture(random: Random, channels: number, description: string, build: Case["build"]): Case {
  const dims = [1, channels, random.integer(5, 7), random.integer(5, 7)];
  return { inputs: { x: drawInput(random, dims) }, build, description: `${description} on [${dims}]` };
}

testRule("a value that is both inputs of one operator", 10, (random): Case => {
  const op = random.pick(["Add", "Sub", "Mul", "Div", "Max", "Concat", "MatMul"]);
  const size = random.integer(2, 4);
  return {
    inputs: { x: drawInput(random, [size, size], 0.5, 2) },
    build: (g, [x]) => {
      const y = g.exp(x!);
      return [g.op(op, [y, y], op === "Concat" ? { axis: 1 } : {})];
    },
    // The maximum of a value and itself is that value: a rule must not count it twice.
    description: `${op} of a value and itself`,
  };
});

testRule("a value that is several inputs of one operator", 6, (random): Case => {
  const op = random.pick(["Max", "Min", "Sum", "Mean", "Concat"]);
  const order = random.pick([[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0, 1]]);
  const dims = random.integers(2, 2, 3);
  return {
    inputs: { x: drawInput(random, dims), y: drawInput(random, dims) },
    build: (g, [x, y]) => {
      const values = [g.exp(x!), g.mul(y!, g.scalar(2))];
      return [g.op(op, order.map((i) => values[i]!), op === "Concat" ? { axis: 0 } : {})];
    },
    description: `${op} of the values ${order}`,
  };
});

testRule("a value used by several operators", 8, (random): Case => {
  const dims = random.integers(3, 2, 3);
  return {
    inputs: { x: drawInput(random, dims) },
    build: (g, [x]) => {
      const y = g.tanh(x!);
      const sum = g.add(g.mul(y, g.sigmoid(y)), g.exp(x!));
      return [sum, g.sub(y, g.reduceMean(sum)), y];
    },
    description: `a value used five times on [${dims}]`,
  };
});

testRule("branches that meet again: Conv, Relu, MaxPool, Concat", 10, (random) => {
  const [first, narrow, wide] = [
    drawKernel(random, 3, 2, 3),
    drawKernel(random, 2, 3, 1),
    drawKernel(random, 2, 3, 3),
  ];
  const ceil_mode = random.integer(0, 1);
  return picture(random, 2, "an inception block", (g, [x]) => {
    const conv = (input: string, weights: Weights, pad: number) =>
      g.op("Conv", [input, ...weights(g)], { pads: [pad, pad, pad, pad] });
    const stem = g.relu(conv(x!, first, 1));
    const pool = g.op("MaxPool", [stem], { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] });
    const joined = g.concat([g.relu(conv(stem, narrow, 0)), g.relu(conv(stem, wide, 1)), pool], 1);
    return [g.op("MaxPool", [joined], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode })];
  });
}, bothForms);

testRule("a residual block: Conv, BatchNormalization, Relu, Add", 8, (random) => {
  const [a, b] = [drawKernel(random, 2, 2, 3), drawKernel(random, 2, 2, 3)];
  const [m, n] = [drawNormalization(random, 2), drawNormalization(random, 2)];
  return picture(random, 2, "a residual block", (g, [x]) => {
    const block = (input: string, kernel: Weights, norm: Weights) => {
      const conv = g.op("Conv", [input, ...kernel(g)], { pads: [1, 1, 1, 1] });
      return g.op("BatchNormalization", [conv, ...norm(g)]);
    };
    return [g.relu(g.add(block(g.relu(block(x!, a, m)), b, n), x!))];
  });
});

testRule("BatchNormalization whose convolution is used elsewhere, too", 6, (random) => {
  const [kernel, norm] = [drawKernel(random, 3, 2, 3), drawNormalization(random, 3)];
  return picture(random, 2, "a shared convolution", (g, [x]) => {
    const conv = g.op("Conv", [x!, ...kernel(g)], { strides: [2, 2] });
    return [g.op("BatchNormalization", [conv, ...norm(g)]), g.relu(conv)];
  });
});

testRule("a strided chain: Conv, Relu, AveragePool, ConvTranspose, Resize", 8, (random) => {
  const [down, up] = [drawKernel(random, 3, 2, 3), drawKernel(random, 3, 2, 2)];
  const mode = random.pick(["nearest", "linear"]);
  return picture(random, 2, `a strided chain, ${mode}`, (g, [x]) => {
    const conv = g.relu(g.op("Conv", [x!, ...down(g)], { strides: [2, 2], pads: [1, 1, 1, 1] }));
    const pool = g.op("AveragePool", [conv], { kernel_shape: [2, 2], strides: [1, 1] });
    const raised = g.op("ConvTranspose", [pool, up(g)[0]!], { strides: [2, 2] });
    return [g.op("Resize", [raised, "", g.floats([1, 1, 2, 2])], { mode })];
  });
});

testRule("attention: MatMul, Transpose, Softmax, LayerNormalization", 6, (random): Case => {
  const [tokens, width] = [3, 4];
  const matrices = [0, 1, 2].map(() => random.floats([width, width]));
  const scale = random.floats([width], 0.5, 2);
  return {
    inputs: { x: drawInput(random, [1, tokens, width]) },
    build: (g, [x]) => {
      const [q, k, v] = matrices.map((m) => g.matmul(x!, g.floats(m, [width, width])));
      const scores = g.op("Softmax", [g.mul(g.matmul(q!, g.transpose(k!, [0, 2, 1])), g.scalar(0.5))]);
      return [g.op("LayerNormalization", [g.add(x!, g.matmul(scores, v!)), g.floats(scale)])];
    },
    description: `attention over ${tokens} tokens of width ${width}`,
  };
});

testRule("a warp whose grid depends on the picture", 6, (random): Case => {
  const base = random.floats([1, 4, 4, 2], -0.8, 0.8);
  return {
    inputs: { x: drawInput(random, [1, 2, 4, 4]) },
    build: (g, [x]) => {
      const flow = g.mul(g.tanh(g.transpose(x!, [0, 2, 3, 1])), g.scalar(0.125));
      const grid = g.add(g.floats(base, [1, 4, 4, 2]), flow);
      return [g.op("GridSample", [x!, grid], { padding_mode: "border", align_corners: 1 })];
    },
    description: "GridSample of a picture by itself",
  };
});
