import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { readCheckpoint } from "../../../models/networks/checkpoint/read.ts";
import { buildRaft } from "../../../models/networks/raft.ts";
import { type RaftWeights, raftWeights } from "../../../models/networks/raft/weights.ts";
import { sharedFile } from "../../shared_data.ts";
import { asTensor, generatedWeights, patternPair, type RaftCase, readCases } from "./raft_fixture.ts";
import { testWith } from "../../needs.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

const tolerance = 1e-3;

/**
 * Mean difference from the reference in pixels at the fixture's positions, and the mean length of the flow.
 */
async function compare(engine: Engine, weights: RaftWeights, { height, width, updates, samples }: RaftCase) {
  const session = await engine.load(buildRaft(weights, { size: { height, width }, updates }));
  const [previous, current] = patternPair(width, height);
  const { flow } = await session.run({ previous: asTensor(previous), current: asTensor(current) });
  assert.deepEqual(flow!.dims, [1, 2, height, width]);
  const data = (await flow!.take()).data as Float32Array;
  await session.release();
  const count = height * width;
  const off = samples.map((value, i) => Math.abs(value - data[i * 7919 % data.length]!));
  const lengths = Array.from({ length: count }, (_, i) => Math.hypot(data[i]!, data[count + i]!));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { difference: mean(off), length: mean(lengths) };
}

for (const expected of await readCases("raft_flow.json")) {
  const { network, width, height, updates } = expected;
  Deno.test(`${network} is torchvision's with generated weights, ${updates} updates of ${width}x${height}`, async () => {
    using engine = await Engine.start({ providers: ["cpu"] });
    const weights = raftWeights(generatedWeights(network));
    const { difference, length } = await compare(engine, weights, expected);
    assert.ok(expected.length > 1, "the reference moves");
    assert.ok(difference < tolerance, `${difference} px`);
    assert.ok(Math.abs(length - expected.length) < tolerance, `${length} px, not ${expected.length} px`);
  });
}

testWith(raftSmall, "RAFT-small with the authors' weights is torchvision's with the same", async () => {
  const weights = raftWeights(await readCheckpoint(raftSmall.path));
  using engine = await Engine.start({ providers: ["cpu"] });
  for (const expected of await readCases("raft_small_flow.json")) {
    const { difference, length } = await compare(engine, weights, expected);
    assert.ok(difference < tolerance, `${expected.width}x${expected.height}: ${difference} px`);
    assert.ok(Math.abs(length - expected.length) < tolerance, `${length} px, not ${expected.length} px`);
  }
});
