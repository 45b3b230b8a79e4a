import assert from "node:assert/strict";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { type AttributeInput, float, GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../../models/onnx/model.ts";
import {
  compare,
  drawInput,
  gradientTolerance,
  runModel,
  smoothGradient,
} from "../../reference/check_gradient.ts";
import { evaluate } from "../../reference/evaluate.ts";
import { type NdArray, ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";

/** A network with a picture input of variable size and a head that fits only one size. */
interface Network {
  /** Adds the layers; returns those to dream with. */
  trunk(g: GraphBuilder, picture: string): string[];
  channels: number;
  opset?: number;
}

function network({ trunk, channels, opset }: Network, dims?: number[]): { model: Model; layers: string[] } {
  const g = new GraphBuilder({ opset: opset ?? 17 });
  const picture = g.input("picture", "float32", dims ?? [1, channels, "height", "width"]);
  const layers = trunk(g, picture);
  if (!dims) {
    const flat = g.op("Flatten", [layers.at(-1)!]);
    g.output("logits", g.matmul(flat, g.floats(new Float32Array(50_000), [50_000, 1])), "float32");
  }
  return { model: g.build(), layers };
}

/** The gradient graph in float64, except for folded weights, which are rounded to float32. */
const foldedTolerance = 1e-5;

/** The default loss as defined by the interface: sum over the layers of mean(activation^2). */
function reference(drawn: Network, x: NdArray): { loss: number; gradient: NdArray } | undefined {
  const { model, layers } = network(drawn, x.dims);
  const g = GraphBuilder.extend(model);
  const loss = layers.map((a) => g.reduceMean(g.mul(a, a), undefined, 0)).reduce((a, b) => g.add(a, b));
  const gradient = smoothGradient(g.build(), "picture", { picture: x }, loss);
  const value = evaluate(g.build(), { picture: x }).get(loss)!.data[0]!;
  return gradient && { loss: value, gradient: ndArray(x.dims, gradient) };
}

function testModels(name: string, count: number, draw: (random: Random) => Network): void {
  Deno.test(`gradientModel: ${name}`, async () => {
    for (let seed = 1; seed <= count; seed++) {
      const { drawn, x, loss, gradient } = smoothNetwork(seed, draw);
      for (const maxPool of ["codes", "indexFree"] as const) {
        const { model, layers } = network(drawn);
        const differentiated = gradientModel(model, { layers, inputShape: x.dims, maxPool });
        const run = await runModel(differentiated, { picture: x });
        const exact = evaluate(differentiated, { picture: x });
        const found = [
          ...compare("loss", run.get("loss"), ndArray([], [loss]), 1e-5),
          ...compare("gradient", run.get("gradient"), gradient, gradientTolerance),
          ...compare("gradient in float64", exact.get("gradient"), gradient, foldedTolerance),
        ];
        assert.deepEqual(found, [], `seed ${seed}, maxPool ${maxPool}`);
      }
    }
  });
}

/** Draws until the network has no kink near the input. */
function smoothNetwork(seed: number, draw: (random: Random) => Network) {
  const random = new Random(seed);
  for (let attempt = 0; attempt < 30; attempt++) {
    const drawn = draw(random);
    const x = drawInput(random, [1, drawn.channels, random.integer(7, 8), random.integer(7, 8)]);
    const expected = reference(drawn, x);
    if (expected) return { drawn, x, ...expected };
  }
  throw new Error(`seed ${seed}: every input drawn lies at a bend of the network`);
}

/** A 3x3 convolution with `from` input and `to` output channels. */
function drawConv(random: Random, from: number, to: number) {
  const weight = random.floats([to, from, 3, 3]);
  const bias = random.chance() ? random.floats([to]) : undefined;
  const strides = random.pick([[1, 1], [2, 2]]);
  return (g: GraphBuilder, x: string) =>
    g.conv(x, g.floats(weight, [to, from, 3, 3]), bias ? g.floats(bias) : "", {
      strides,
      pads: [1, 1, 1, 1],
    });
}

function drawBatchNormalization(random: Random, channels: number) {
  const [scale, shift, mean] = [0, 1, 2].map(() => random.floats([channels]));
  const variance = random.floats([channels], 0.2, 2);
  return (g: GraphBuilder, x: string) =>
    g.op("BatchNormalization", [x, ...[scale!, shift!, mean!, variance].map((values) => g.floats(values))], {
      epsilon: float(1e-3),
    });
}

testModels("convolutions with batch normalisation, whose folding must not change anything", 4, (random) => {
  const [first, second] = [drawConv(random, 2, 4), drawConv(random, 4, 3)];
  const [m, n] = [drawBatchNormalization(random, 4), drawBatchNormalization(random, 3)];
  return { channels: 2, trunk: (g, x) => [g.relu(n(g, second(g, g.relu(m(g, first(g, x))))))] };
});

testModels("a layer that is itself followed by batch normalisation", 3, (random) => {
  const conv = drawConv(random, 2, 4);
  const norm = drawBatchNormalization(random, 4);
  return {
    channels: 2,
    trunk: (g, x) => {
      const inner = conv(g, x);
      return [inner, g.relu(norm(g, inner))];
    },
  };
});

testModels("a preprocessing of its own, then scales after the convolution", 4, (random) => {
  const conv = drawConv(random, 3, 4);
  const [mean, factor, divisor] = [
    random.floats([3]),
    random.floats([4], 0.5, 2),
    random.floats([4], 0.5, 2),
  ];
  const swapped = random.chance();
  return {
    channels: 3,
    trunk: (g, x) => {
      const centred = g.div(g.sub(x, g.floats(mean, [1, 3, 1, 1])), g.scalar(0.25));
      const scaled = g.mul(conv(g, centred), g.floats(factor, [4, 1, 1]));
      const offset = g.floats(mean.slice(0, 1), [1]);
      const shifted = swapped ? g.sub(offset, scaled) : g.sub(scaled, offset);
      return [g.tanh(g.div(shifted, g.floats(divisor, [1, 4, 1, 1])))];
    },
  };
});

testModels("a constant divided by a convolution", 2, (random) => {
  const weight = random.floats([2, 2, 1, 1], -0.2, 0.2);
  const numerator = random.floats([2], 0.5, 2);
  return {
    channels: 2,
    trunk: (g, x) => {
      const conv = g.conv(x, g.floats(weight, [2, 2, 1, 1]), g.floats([2, -3]));
      return [g.div(g.floats(numerator, [2, 1, 1]), conv)];
    },
  };
});

testModels("several layers, one above the other", 3, (random) => {
  const [first, second] = [drawConv(random, 2, 3), drawConv(random, 3, 4)];
  const ceil_mode = random.integer(0, 1);
  return {
    channels: 2,
    trunk: (g, x) => {
      const low = g.relu(first(g, x));
      const pooled = g.op("MaxPool", [low], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode });
      return [low, g.relu(second(g, pooled))];
    },
  };
});

testModels("GoogLeNet's stem: LRN, padded and ceiled pools", 3, (random) => {
  const conv = drawConv(random, 3, 5);
  const attributes: Record<string, AttributeInput> = { size: 5, alpha: float(0.5), beta: float(0.75) };
  return {
    channels: 3,
    trunk: (g, x) => {
      const pool = g.op("MaxPool", [g.relu(conv(g, x))], {
        kernel_shape: [3, 3],
        strides: [1, 1],
        ceil_mode: 1,
      });
      const normal = g.op("LRN", [pool], attributes);
      return [g.op("AveragePool", [normal], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 })];
    },
  };
});

testModels("GoogLeNet's second pool, after LRN of what a Relu lets through", 4, (random) => {
  const conv = drawConv(random, 3, 16);
  const attributes: Record<string, AttributeInput> = { size: 5, alpha: float(0.5), beta: float(0.75) };
  const isReadTwice = random.chance(0.3);
  return {
    channels: 3,
    trunk: (g, x) => {
      const normal = g.op("LRN", [g.relu(conv(g, x))], attributes);
      const pool = g.op("MaxPool", [normal], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 });
      return isReadTwice ? [normal, pool] : [pool];
    },
  };
});

testModels("operator set 9, whose Clip, Pad, Slice and Squeeze carry attributes", 3, (random) => {
  const conv = drawConv(random, 2, 4);
  return {
    channels: 2,
    opset: 9,
    trunk: (g, x) => {
      const pads = [0, 0, 1, 0, 0, 0, 2, 1];
      const padded = g.op("Pad", [conv(g, x)], { mode: "edge", pads });
      const clipped = g.op("Clip", [padded], { min: float(-1), max: float(1.5) });
      const part = g.op("Slice", [clipped], { axes: [1], starts: [1], ends: [4] });
      const [left, right] = g.ops("Split", [part], { axis: 1, split: [1, 2] }, 2);
      return [g.mul(left!, right!), g.op("Squeeze", [left!], { axes: [1] })];
    },
  };
});

testModels("sizes computed with Shape, Gather and Concat, as exporters write them", 3, (random) => {
  const conv = drawConv(random, 2, 4);
  return {
    channels: 2,
    trunk: (g, x) => {
      const y = conv(g, x);
      const spatial = g.slice(g.op("Shape", [x]), [2], [4], [0]);
      const sizes = g.concat([g.slice(g.op("Shape", [y]), [0], [2], [0]), spatial], 0);
      const raised = g.op("Resize", [y, "", "", sizes], { mode: "linear" });
      const scale = g.op("Constant", [], { value: { kind: "tensor", value: floatTensor([0.5], []) } });
      return [g.add(g.mul(raised, scale), g.reduceMean(x, [1]))];
    },
  };
});

testModels("a pool before a projection to fewer channels, as in an inception block", 10, (random) => {
  const conv = drawConv(random, 2, 4);
  const [projection, bias] = [random.floats([2, 4, 1, 1]), random.floats([2])];
  const op = random.pick(["AveragePool", "MaxPool"]);
  const counting = op === "AveragePool" ? { count_include_pad: random.integer(0, 1) } : {};
  const attributes = { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], ...counting };
  const shared = random.chance(0.3);
  const strides = random.pick([[1, 1], [1, 1], [2, 2]]);
  return {
    channels: 2,
    trunk: (g, x) => {
      const pool = g.op(op, [g.relu(conv(g, x))], attributes);
      const projected = g.relu(g.conv(pool, g.floats(projection, [2, 4, 1, 1]), g.floats(bias), { strides }));
      return shared ? [projected, pool] : [projected];
    },
  };
});
