import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { Dreamer, type DreamerOptions } from "../../../pipeline/dreamer/dreamer.ts";
import { Lbfgs, loadLbfgs } from "../../../pipeline/dreamer/lbfgs.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { largestError, picture, reference, referenceNetwork, size, steps } from "./reference_network.ts";

const plain: DreamerOptions = {
  ...{ layers: ["second"], loss: "norm", weighting: "plain", smoothing: "none", colour: 1, tvWeight: 0 },
};

async function dreamed(engine: Engine, options: DreamerOptions, rate: number) {
  const dreamer = await Dreamer.create(engine, referenceNetwork(), [size], options);
  const given = await engine.put(picture);
  const random = new Random(0);
  const result = await dreamer.dream(given, { steps, passes: 1, rate, jitter: 0, random });
  given.release();
  await dreamer.release();
  return (await result.picture.take()).data as Float32Array;
}

Deno.test("Adam, with total variation and the L3 norm, takes PyTorch's steps", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  for (const { tv, l2, picture: expected } of reference.climbs) {
    const options = { ...plain, optimizer: "adam" as const, tvWeight: tv, l2Weight: l2 };
    const error = largestError(await dreamed(engine, options, 1.5 / 255), expected);
    // Where neighbours are nearly equal, rounding decides the sign in the gradient of total variation.
    assert.ok(error < (tv > 0 ? 1e-2 : 1e-3), `${tv} ${l2}: ${error}`);
  }
});

Deno.test("L-BFGS takes PyTorch's steps, with a long history and with a short one", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const small = { height: 2, width: 2 };
  // The gradient of a quadratic of twelve numbers in grey levels.
  const g = new GraphBuilder();
  const dims = [1, 3, 2, 2];
  const range = (value: (i: number) => number) =>
    g.floats(Array.from({ length: 12 }, (_, i) => value(i)), dims);
  const grey = g.mul(g.input("picture", "float32", dims), g.scalar(255));
  g.output("uphill", g.mul(g.sub(range((i) => 100 + 7 * i), grey), range((i) => 0.5 + i % 5)), "float32");
  g.output("loss", g.scalar(0), "float32");
  const gradients = await engine.load(g.build());
  for (const { history, picture: expected } of reference.bowls) {
    const optimizer = new Lbfgs(await loadLbfgs(engine, small), 0.9, history);
    let now = await engine.put({ type: "float32", dims, data: new Float32Array(12).fill(128 / 255) });
    for (let step = 0; step < steps; step++) {
      now = (await optimizer.step(gradients, { picture: now })).dreamed;
    }
    const { data } = await now.take();
    const error = Math.max(...expected.map((value, i) => Math.abs(Number(data[i]) * 255 - value)));
    assert.ok(error < 0.05, `history ${history}: ${error}`);
  }
});

Deno.test("L-BFGS raises the loss of a network", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const dreamer = await Dreamer.create(engine, referenceNetwork(), [size], { ...plain, optimizer: "lbfgs" });
  const given = await engine.put(picture);
  const losses: number[] = [];
  for (const steps of [1, 6]) {
    const settings = { steps, passes: 1, rate: 1.5 / 255, jitter: 0, random: new Random(0) };
    losses.push((await dreamer.dream(given, settings)).loss);
  }
  assert.ok(losses[1]! > 1.2 * losses[0]!, `${losses}`);
  const weighted = { ...plain, optimizer: "lbfgs" as const, l2Weight: 1e5 };
  const range = (data: Float32Array) => Math.max(...data) - Math.min(...data);
  assert.ok(range(await dreamed(engine, weighted, 0.02 / 255)) < range(picture.data));
});

Deno.test("weights shift an ascent, too, from the dream towards what they weigh", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const variation = (data: Float32Array) => {
    let sum = 0;
    for (let i = 1; i < data.length; i++) if (i % size.width !== 0) sum += Math.abs(data[i]! - data[i - 1]!);
    return sum;
  };
  const strength = (data: Float32Array) => data.reduce((sum, value) => sum + Math.abs(value - 0.45) ** 3, 0);
  const free = await dreamed(engine, plain, 2 / 255);
  assert.ok(variation(await dreamed(engine, { ...plain, tvWeight: 10 }, 2 / 255)) < 0.9 * variation(free));
  assert.ok(strength(await dreamed(engine, { ...plain, l2Weight: 4000 }, 2 / 255)) < 0.9 * strength(free));
  const heavy = { ...plain, dreamWeight: 1e6, tvWeight: 10 };
  assert.ok(variation(await dreamed(engine, heavy, 2 / 255)) > 0.99 * variation(free));
});

Deno.test("strong channels make another dream than channel 2, chosen once or before every step", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const options = { ...plain, channels: [2] };
  const dreams = await Promise.all([
    options,
    { ...options, channelMode: "strong" as const },
    { ...options, channelMode: "weak" as const },
    { ...options, channelMode: "strong" as const, channelCapture: "iter" as const },
  ].map((one) => dreamed(engine, one, 4 / 255)));
  for (const [index, dream] of dreams.slice(0, 3).entries()) {
    const other = dreams[(index + 1) % 3]!;
    assert.ok(dream.some((value, i) => Math.abs(value - other[i]!) > 0.01), `${index}`);
  }
  assert.ok(dreams[3]!.every((value) => Number.isFinite(value)));
});
