import assert from "node:assert/strict";
import { inceptionV3 } from "../../../models/catalog.ts";
import { Engine, type HostTensor } from "../../../models/engine/engine.ts";
import { ReverieError } from "../../../models/errors.ts";
import { type Line, plain as spelledPlain } from "../../../models/line.ts";
import type { Network } from "../../../models/networks/network.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor } from "../../../models/onnx/model.ts";
import { Dreamer, type DreamerOptions } from "../../../pipeline/dreamer/dreamer.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { octaveSizes } from "../../../pipeline/run/working_size.ts";
import { drawn, largestDifference, pattern } from "../picture_values.ts";

const size = { height: 96, width: 112 };
const plain: DreamerOptions = { layers: ["mixed2"], loss: "mean", smoothing: "none", colour: 1, tvWeight: 0 };

interface Run {
  dreamed: HostTensor;
  loss: number;
}

async function dreamOnce(network: Network, options: DreamerOptions, steps: number, seed = 1): Promise<Run> {
  using engine = await Engine.start({ providers: ["cpu"] });
  const dreamer = await Dreamer.create(
    engine,
    network,
    octaveSizes(size, 2, 1.25, { smallest: 75 }),
    options,
  );
  const picture = await engine.put(drawn(3, size, pattern));
  const settings = { steps, passes: 1, rate: 4 / 255, jitter: 8, random: new Random(seed) };
  const { picture: dreamed, loss } = await dreamer.dream(picture, settings);
  return { dreamed: await dreamed.take(), loss };
}

/**
 * A network of one convolution whose activation is the mean of its RGB inputs, which must be in BGR order.
 */
function tinyNetwork(): Network {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, "h", "w"]);
  const weight = g.constant(floatTensor([1, 0, 0], [1, 3, 1, 1]), "weight");
  g.output("y", g.op("Relu", [g.conv(x, weight)], {}, "blue"), "float32");
  return {
    name: "tiny",
    kind: "other",
    model: g.build(),
    preprocessing: { mean: [0, 0, 0], scale: [1, 1, 1], channelOrder: "bgr" },
    defaultLayers: ["blue"],
    minimumSize: 1,
  };
}

Deno.test("the target activation grows with every step", async () => {
  const network = await inceptionV3();
  const losses = [];
  for (const steps of [1, 4, 10]) losses.push((await dreamOnce(network, plain, steps)).loss);
  assert.ok(losses[1]! > 1.1 * losses[0]!, `${losses}`);
  assert.ok(losses[2]! > 1.1 * losses[1]!, `${losses}`);
});

for (const smoothing of ["gaussian", "laplacian"] as const) {
  Deno.test(`the target activation grows with ${smoothing} smoothing`, async () => {
    const network = await inceptionV3();
    const options = { ...plain, smoothing, colour: 0.3 };
    assert.ok(
      (await dreamOnce(network, options, 8)).loss > 1.2 * (await dreamOnce(network, options, 1)).loss,
    );
  });
}

Deno.test("same seed, same bits; another seed, another dream", async () => {
  const network = await inceptionV3();
  const first = await dreamOnce(network, plain, 3);
  assert.deepEqual(await dreamOnce(network, plain, 3), first);
  assert.ok(largestDifference((await dreamOnce(network, plain, 3, 2)).dreamed, first.dreamed) > 0.01);
});

Deno.test("no step leaves the picture as it is", async () => {
  const { dreamed, loss } = await dreamOnce(tinyNetwork(), { ...plain, layers: ["blue"] }, 0);
  assert.ok(largestDifference(dreamed, drawn(3, size, pattern)) < 0.02);
  assert.equal(loss, 0);
});

Deno.test("the channel order is heeded, and a step's mean change is the learning rate", async () => {
  const { dreamed } = await dreamOnce(tinyNetwork(), { ...plain, layers: ["blue"] }, 1);
  const before = drawn(3, size, pattern);
  const plane = size.height * size.width;
  const change = (channel: number) => {
    let sum = 0;
    for (let i = channel * plane; i < (channel + 1) * plane; i++) {
      sum += Number(dreamed.data[i]) - before.data[i]!;
    }
    return sum / plane;
  };
  // Two octaves of one step each; the mean covers all three channels, of which only blue has a gradient.
  assert.ok(Math.abs(change(2) - 2 * 3 * 4 / 255) < 0.01, `${change(2)}`);
  assert.ok(Math.abs(change(0)) < 1e-3 && Math.abs(change(1)) < 1e-3);
});

Deno.test("a channel that the layer does not have is refused", async () => {
  const options = { ...plain, layers: ["blue"], channels: [0, 7] };
  await assert.rejects(
    dreamOnce(tinyNetwork(), options, 1),
    (error) => error instanceof ReverieError && /no channel 7 in blue/.test(error.message),
  );
});

Deno.test("a strong total variation smooths the picture", async () => {
  const network = await inceptionV3();
  const roughness = ({ dreamed }: Run) => {
    let sum = 0;
    for (let i = 1; i < dreamed.data.length; i++) {
      sum += Math.abs(Number(dreamed.data[i]) - Number(dreamed.data[i - 1]));
    }
    return sum;
  };
  const rough = await dreamOnce(network, plain, 6);
  assert.ok(roughness(await dreamOnce(network, { ...plain, tvWeight: 1 }, 6)) < 0.8 * roughness(rough));
});

Deno.test("an abort ends the dream between two steps", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const dreamer = await Dreamer.create(engine, tinyNetwork(), [size], { ...plain, layers: ["blue"] });
  const picture = await engine.put(drawn(3, size, pattern));
  const controller = new AbortController();
  const dreaming = dreamer.dream(picture, {
    steps: 100_000,
    passes: 1,
    rate: 0.01,
    jitter: 0,
    random: new Random(0),
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(dreaming, { name: "AbortError" });
});

/** Layers of one convolution and what `above` makes of it. */
function networkOf(above: (g: GraphBuilder, x: string) => string): Network {
  const g = new GraphBuilder();
  const conv = g.conv(g.input("x", "float32", [1, 3, "h", "w"]), g.floats([1, -1, 0.5], [1, 3, 1, 1]));
  g.output("y", above(g, conv), "float32");
  return { ...tinyNetwork(), model: g.build(), defaultLayers: ["y"] };
}

Deno.test("layers whose gradient is zero leave the picture as it was, and are named once", async () => {
  const network = networkOf((g, x) => g.relu(g.sub(x, g.scalar(100))));
  const warnings: string[] = [];
  const onWarning = (warning: Line) => warnings.push(spelledPlain(warning));
  const { dreamed } = await dreamOnce(network, { ...plain, layers: ["y"], onWarning }, 2);
  assert.ok(largestDifference(dreamed, drawn(3, size, pattern)) < 1e-6);
  assert.deepEqual(warnings.length, 1);
  assert.match(warnings[0]!, /gradient of y is zero/);
});

Deno.test("an activation or a gradient that is not finite ends the dream; the message names the layers", async () => {
  const root = networkOf((g, x) => g.sqrt(g.relu(x)));
  const logarithm = networkOf((g, x) => g.op("Log", [x]));
  for (const network of [root, logarithm]) {
    await assert.rejects(
      dreamOnce(network, { ...plain, layers: ["y"] }, 1),
      (error) => error instanceof ReverieError && /of y is not a finite number/.test(error.message),
    );
  }
});
