import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import type { Network } from "../../../models/networks/network.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor } from "../../../models/onnx/model.ts";
import { Classifier } from "../../../pipeline/dreamer/classifier.ts";
import { Dreamer } from "../../../pipeline/dreamer/dreamer.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { picture, reference, referenceNetwork, size } from "./reference_network.ts";

/** A network that takes pictures of 224 x 224 only; its classes are red, green and blue. */
function colourNetwork(): Network {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, 224, 224]);
  const flat = g.reshape(g.op("Relu", [x]), [1, 3 * 224 * 224]);
  const weight = new Float32Array(3 * 224 * 224 * 3);
  for (let i = 0; i < 3 * 224 * 224; i++) weight[3 * i + Math.floor(i / (224 * 224))] = 1e-4;
  const weights = g.constant(floatTensor(weight, [3 * 224 * 224, 3]));
  g.output("y", g.op("Softmax", [g.matmul(flat, weights)], { axis: 1 }), "float32", [1, 3]);
  return {
    ...referenceNetwork(),
    model: g.build(),
    preprocessing: { mean: [0, 0, 0], scale: [1, 1, 1], channelOrder: "rgb" },
  };
}

Deno.test("the likeliest classes of a picture are named, at the size that the network takes", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const working = { height: 32, width: 48 };
  const classifier = await Classifier.create(engine, colourNetwork(), working, 2);
  const plane = 32 * 48;
  const data = Float32Array.from({ length: 3 * plane }, (_, i) => [0.3, 0.2, 0.9][Math.floor(i / plane)]!);
  using bluish = await engine.put({ type: "float32", dims: [1, 3, 32, 48], data });
  assert.deepEqual(await classifier.classesOf(bluish), [2, 0]);
  // A tiny picture shrinks to one place of a map of features, which are no classes.
  const tiny = { height: 2, width: 2 };
  await assert.rejects(Classifier.create(engine, referenceNetwork(), tiny, 2), /classify needs a network/);
  const noClasses = Classifier.create(engine, referenceNetwork(), working, 2);
  await assert.rejects(
    noClasses,
    /classify needs a network that ends in a list of classes; reference does not/,
  );
});

Deno.test("the channels that grow are told, ranked at the size that is asked for", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const told = async (options: Partial<Parameters<typeof Dreamer.create>[3]>) => {
    const dreamer = await Dreamer.create(engine, referenceNetwork(), [size], {
      ...{ layers: ["second"], loss: "norm", smoothing: "none", colour: 1, tvWeight: 0, ...options },
    });
    using given = await engine.put(picture);
    const lines: string[] = [];
    const settings = { steps: 0, passes: 1, rate: 0.01, jitter: 0, random: new Random(0) };
    await dreamer.dream(given, { ...settings, onChannels: (all) => lines.push(...all) });
    await dreamer.release();
    return lines;
  };
  for (const { mode, count, channels } of reference.choices) {
    const channelMode = mode as "strong" | "avg" | "weak";
    assert.deepEqual(await told({ channelMode, channels: [count] }), [`second: ${channels.join(", ")}`]);
  }
  assert.deepEqual(await told({}), ["second: all channels"]);
  assert.deepEqual(await told({ channels: [1, 3] }), ["second: 1, 3"]);
  assert.deepEqual(await told({ channels: [1], channelMode: "ignore" }), ["second: all channels but 1"]);
  const iter = { channelMode: "weak", channelCapture: "iter", channels: [2] } as const;
  assert.deepEqual(await told(iter), ["second: 2 channels, chosen before every step"]);
  const ranks = new Set<string>();
  for (const side of [2, 6, 10, 20]) {
    const capture = { height: side, width: side };
    ranks.add((await told({ channelMode: "strong", channels: [2], capture })).join());
  }
  assert.ok(ranks.size > 1, [...ranks].join(" "));
});
