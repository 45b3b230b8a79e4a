import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { toGrey } from "../../../models/flow/dis/grey.ts";
import { polish } from "../../../models/flow/dis/polish.ts";
import type { FlowField, FlowPair, Picture } from "../../../models/flow/flow.ts";
import { RaftEstimator, type RaftEstimatorOptions } from "../../../models/flow/raft_estimator.ts";
import { buildRaft } from "../../../models/networks/raft.ts";
import { type RaftWeights, raftWeights } from "../../../models/networks/raft/weights.ts";
import { asTensor, generatedWeights, pattern } from "../networks/raft_fixture.ts";

const size = { width: 75, height: 130 };
const small = raftWeights(generatedWeights("raft-small"));
const frames = Array.from({ length: 4 }, (_, t) => pattern(size.width, size.height, 2 * t, -t));
const [first, second, third, fourth] = frames as [Picture, Picture, Picture, Picture];

type Options = Omit<RaftEstimatorOptions, "engine" | "weights" | "size">;

async function withEstimator(
  options: Options,
  test: (estimator: RaftEstimator, engine: Engine) => Promise<void>,
  weights = small,
): Promise<void> {
  using engine = await Engine.start({ providers: ["cpu"] });
  using estimator = await RaftEstimator.create({ engine, weights, size, updates: 4, ...options });
  await test(estimator, engine);
}

/** Flow in one direction, by the network as one graph. */
async function independentFlow(
  engine: Engine,
  weights: RaftWeights,
  from: Picture,
  to: Picture,
): Promise<FlowField> {
  const session = await engine.load(buildRaft(weights, { size, updates: 4 }));
  const { flow } = await session.run({ previous: asTensor(from), current: asTensor(to) });
  await session.release();
  return { ...size, data: (await flow!.take()).data as Float32Array };
}

function difference(a: FlowField, b: FlowField): number {
  assert.equal(a.data.length, b.data.length);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
}

for (const [how, stopBelow] of [["in one graph", 0], ["update by update", 1e-9]] as const) {
  for (const variant of ["raft-small", "raft-large"] as const) {
    Deno.test(`${variant} ${how}, cold, gives both directions as two independent calls do`, async () => {
      const weights = raftWeights(generatedWeights(variant));
      await withEstimator({ stopBelow, warmStart: false, polish: false }, async (estimator, engine) => {
        assert.equal(estimator.name, variant);
        await estimator.pair(first, second);
        // The second picture is already known here.
        const pair = await estimator.pair(second, third);
        assert.deepEqual(estimator.report?.updates, 4);
        assert.ok(difference(pair.forward, await independentFlow(engine, weights, second, third)) < 1e-3);
        assert.ok(difference(pair.backward, await independentFlow(engine, weights, third, second)) < 1e-3);
        assert.ok(difference(pair.forward, pair.backward) > 0.1, "the directions differ");
      }, weights);
    });
  }
}

Deno.test("pairs come in the order in which they are asked for, at once or one by one, and leave the pictures alone", async () => {
  const before = frames.map(({ pixels }) => pixels.slice());
  await withEstimator({ stopBelow: 0, warmStart: false }, async (estimator) => {
    const [a, b] = await Promise.all([estimator.pair(first, second), estimator.pair(second, third)]);
    assert.deepEqual(await estimator.pair(first, second), a);
    assert.deepEqual(await estimator.pair(second, third), b);
  });
  assert.deepEqual(frames.map(({ pixels }) => pixels), before);
});

Deno.test("updates stop when they hardly change anything", async () => {
  await withEstimator({ stopBelow: 1e6 }, async (estimator) => {
    await estimator.pair(first, second);
    assert.equal(estimator.report?.updates, 2);
  });
});

Deno.test("both directions are polished, each with its own pictures", async () => {
  let plain: FlowPair | undefined;
  await withEstimator({ stopBelow: 0, polish: false }, async (estimator) => {
    plain = await estimator.pair(first, second);
  });
  await withEstimator({ stopBelow: 0 }, async (estimator) => {
    const [before, now] = [toGrey(first), toGrey(second)];
    const { forward, backward } = await estimator.pair(first, second);
    assert.deepEqual(forward, polish(before, now, plain!.forward));
    assert.deepEqual(backward, polish(now, before, plain!.backward));
  });
});

Deno.test("a picture that is shown again has no motion, and the next pair goes on as if it had not been", async () => {
  await withEstimator({}, async (estimator) => {
    await estimator.pair(first, second);
    const expected = await estimator.pair(second, third);
    const report = estimator.report;
    estimator.reset();
    await estimator.pair(first, second);
    // Compression leaves artefacts.
    const again = { ...second, pixels: second.pixels.map((value, i) => value + (i % 3 - 1) / 1000) };
    const still = await estimator.pair(second, again);
    assert.deepEqual(estimator.report, { updates: 0, warm: false, consistent: 1, cut: false });
    assert.ok([...still.forward.data, ...still.backward.data].every((value) => value === 0));
    const pair = await estimator.pair(again, third);
    assert.deepEqual(estimator.report, report);
    assert.ok(difference(pair.backward, expected.backward) < 0.01);
  });
});

Deno.test("reset forgets the pair before", async () => {
  await withEstimator({ stopBelow: 0 }, async (estimator) => {
    const cold = await estimator.pair(second, third);
    await estimator.pair(third, fourth);
    estimator.reset();
    assert.deepEqual(await estimator.pair(second, third), cold);
    assert.equal(estimator.report?.warm, false);
  });
});

Deno.test("pictures of another size and with a wrong number of values are refused", async () => {
  await withEstimator({}, async (estimator) => {
    await assert.rejects(
      estimator.pair(first, pattern(80, 130, 0, 0)),
      /of 75x130 is estimated, not of 80x130/,
    );
    await assert.rejects(estimator.pair({ ...first, pixels: first.pixels.slice(1) }, second), RangeError);
    assert.equal((await estimator.pair(first, second)).forward.width, 75);
  });
});

Deno.test("an abort rejects what runs and what waits; the pair asked for afterwards is computed", async () => {
  await withEstimator({ stopBelow: 1e-9, warmStart: false }, async (estimator) => {
    const controller = new AbortController();
    const { signal } = controller;
    const running = estimator.pair(first, second, { signal });
    const waiting = estimator.pair(second, third, { signal });
    const last = estimator.pair(third, fourth);
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(running, reason);
    await assert.rejects(waiting, reason);
    assert.deepEqual(await last, await estimator.pair(third, fourth));
    await assert.rejects(estimator.pair(first, second, { signal }), reason);
  });
});

Deno.test("closing rejects what is under way and whatever is asked for afterwards; twice is allowed", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const estimator = await RaftEstimator.create({ engine, weights: small, size });
  const pending = [estimator.pair(first, second), estimator.pair(second, third)];
  estimator.close();
  estimator.close();
  for (const pair of pending) await assert.rejects(pair, /closed/);
  await assert.rejects(estimator.pair(first, second), /closed/);
});

Deno.test("numbers that make no sense are refused", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const create = (options: Options) => RaftEstimator.create({ engine, weights: small, size, ...options });
  await assert.rejects(create({ updates: 0 }), /updates must be a whole number from 1/);
  await assert.rejects(create({ stopBelow: -1 }), /stopBelow must be 0 or more/);
});
