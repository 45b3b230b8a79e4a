/**
 * A separate program, because drivers are chosen before their first use: compares the gradients and a short
 * dream of a small network on the given provider with those on the processor, and prints the result as JSON.
 */
import { Engine, type HostTensor } from "../../../models/engine/engine.ts";
import type { Network } from "../../../models/networks/network.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { Dreamer, gradientForms } from "../../../pipeline/dreamer/dreamer.ts";
import { dreamGradientGraph } from "../../../pipeline/dreamer/step_graph.ts";
import { psnr } from "../../../pipeline/evaluate/similarity.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { relativeError } from "../../reference/check_gradient.ts";
import { drawn, pattern } from "../../pipeline/picture_values.ts";

/** The results of the two providers for the same input. */
export interface DreamComparison {
  provider: string;
  lossError: number;
  gradientError: number;
  /** Between the dreams, in dB. */
  psnr: number;
  /** Between a dream and its initial picture, in dB. */
  change: number;
}

const size = { height: 30, width: 36 };

/**
 * The operators of InceptionV3: convolutions with and without stride, both poolings, concatenated branches.
 */
function network(): Network {
  const g = new GraphBuilder();
  const random = new Random(7);
  const uniform = () => (random.below(2001) - 1000) / 1000;
  const weights = (out: number, into: number, kernel: number) =>
    g.floats(
      Float32Array.from(
        { length: out * into * kernel ** 2 },
        () => uniform() / Math.sqrt(into * kernel ** 2),
      ),
      [out, into, kernel, kernel],
    );
  const x = g.input("x", "float32", [1, 3, "h", "w"]);
  const same = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const stem = g.relu(g.conv(x, weights(8, 3, 3), undefined, { strides: [2, 2] }));
  const pooled = g.op("MaxPool", [stem], { kernel_shape: [3, 3], strides: [2, 2] });
  const branches = [
    g.relu(g.conv(pooled, weights(8, 8, 3), undefined, { pads: [1, 1, 1, 1] })),
    g.relu(g.conv(g.op("AveragePool", [pooled], same), weights(4, 8, 1))),
    g.op("MaxPool", [pooled], same),
  ];
  g.output("mixed", g.op("Concat", branches, { axis: 1 }, "mixed"), "float32");
  return {
    name: "small",
    kind: "other",
    model: g.build(),
    preprocessing: { mean: [0.5, 0.5, 0.5], scale: [2, 2, 2], channelOrder: "rgb" },
    defaultLayers: ["mixed"],
    minimumSize: 12,
  };
}

const options = {
  layers: ["mixed"],
  loss: "mean",
  smoothing: "laplacian",
  colour: 0.5,
  tvWeight: 0.001,
} as const;

async function dreamOn(provider: string) {
  await using engine = await Engine.start({ providers: [provider] });
  const settings = { ...options, layers: ["mixed"], forms: gradientForms(engine.provider) };
  const session = await engine.load(dreamGradientGraph(network(), size, settings));
  const { loss, gradient } = await session.run<"loss" | "gradient">({ picture: drawn(3, size, pattern) });
  const sizes = [{ height: 20, width: 24 }, size];
  const dreamer = await Dreamer.create(engine, network(), sizes, { ...options, layers: ["mixed"] });
  const picture = await engine.put(drawn(3, size, pattern));
  const steps = { steps: 5, passes: 1, rate: 4 / 255, jitter: 4, random: new Random(1) };
  const { picture: dreamed } = await dreamer.dream(picture, steps);
  return {
    provider: engine.provider,
    loss: Number((await loss.take()).data[0]),
    gradient: Array.from((await gradient.take()).data, Number),
    dreamed: await dreamed.take(),
  };
}

/** In dB; at most 99, since JSON has no infinity. */
function likeness(a: HostTensor, b: HostTensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (Number(a.data[i]) - Number(b.data[i])) ** 2;
  return Math.min(99, psnr(sum / a.data.length));
}

if (import.meta.main) {
  const expected = await dreamOn("cpu"), found = await dreamOn(Deno.args[0]!);
  const comparison: DreamComparison = {
    provider: found.provider,
    lossError: Math.abs(found.loss / expected.loss - 1),
    gradientError: relativeError(found.gradient, expected.gradient),
    psnr: likeness(found.dreamed, expected.dreamed),
    change: likeness(found.dreamed, drawn(3, size, pattern)),
  };
  console.log(JSON.stringify(comparison));
}
