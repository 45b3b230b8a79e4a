/**
 * RAFT with the authors' weights, which are not part of the project; without the shared data these tests are
 * ignored.
 */
import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { endPointError } from "../../../models/flow/flo.ts";
import { disPair } from "../../../models/flow/dis/dis.ts";
import { toGrey } from "../../../models/flow/dis/grey.ts";
import { DisEstimator } from "../../../models/flow/dis_estimator.ts";
import type { FlowEstimator, FlowPair, Picture } from "../../../models/flow/flow.ts";
import { RaftEstimator, type RaftEstimatorOptions } from "../../../models/flow/raft_estimator.ts";
import { readCheckpoint } from "../../../models/networks/checkpoint/read.ts";
import { raftWeights } from "../../../models/networks/raft/weights.ts";
import { sharedFile } from "../../shared_data.ts";
import { fast, frameAt, layeredClip, motionAfter, photographs } from "./layered_clip.ts";
import { pairFolder, readPair } from "./middlebury.ts";
import { testWith } from "../../needs.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

type Options = Omit<RaftEstimatorOptions, "engine" | "weights">;

/** Runs the test with RAFT-small. */
async function withRaft(options: Options, test: (estimator: RaftEstimator) => Promise<void>): Promise<void> {
  using engine = await Engine.start({ providers: ["cpu"] });
  const weights = raftWeights(await readCheckpoint(raftSmall.path));
  using estimator = await RaftEstimator.create({ engine, weights, ...options });
  await test(estimator);
}

const published = { RubberWhale: 0.32, Venus: 0.37, Grove3: 0.92, Urban2: 0.53 };
for (const [name, expected] of Object.entries(published)) {
  testWith(
    [raftSmall, pairFolder(name)],
    `RAFT-small with 20 updates is as far off on ${name} as it is known to be`,
    async () => {
      const pair = await readPair(name);
      const { width, height } = pair.truth;
      const options = { size: { width, height }, updates: 20, stopBelow: 0, polish: false };
      await withRaft(options, async (estimator) => {
        const { forward } = await estimator.pair(pair.previous, pair.current);
        const error = endPointError(forward, pair.truth);
        assert.ok(Math.abs(error - expected) < 0.02, `${error} px`);
      });
    },
  );

  testWith(
    [raftSmall, pairFolder(name)],
    `RAFT-small, polished, is as exact on ${name} as DIS, and more exact than by itself`,
    async () => {
      const pair = await readPair(name);
      const { width, height } = pair.truth;
      await withRaft({ size: { width, height } }, async (estimator) => {
        const { forward } = await estimator.pair(pair.previous, pair.current);
        const error = endPointError(forward, pair.truth);
        const { forward: dis } = disPair(toGrey(pair.previous), toGrey(pair.current));
        assert.ok(error < 1.05 * endPointError(dis, pair.truth), `${error} px`);
        assert.ok(error < 0.85 * expected, `${error} px`);
      });
    },
  );
}

/** Mean end-point error of a clip's flow in both directions, and updates per pair. */
async function clipError(estimator: FlowEstimator, frames: Picture[], truth: FlowPair[]) {
  let error = 0, updates = 0;
  for (const [t, { forward, backward }] of truth.entries()) {
    const pair = await estimator.pair(frames[t]!, frames[t + 1]!);
    error += (endPointError(pair.forward, forward) + endPointError(pair.backward, backward)) / 2;
    if (estimator instanceof RaftEstimator) updates += estimator.report!.updates;
  }
  return { error: error / truth.length, updates: updates / truth.length };
}

/**
 * Largest error of a clip's flow with all savings, relative to that without, and the most updates (of 12) it
 * may take.
 */
const savings = {
  polished: { polish: true, worse: 1.08, updates: 4 },
  "as RAFT has it": { polish: false, worse: 1.05, updates: 10 },
};
for (const [how, { polish, worse, updates }] of Object.entries(savings)) {
  for (const [width, height] of [[256, 192], [400, 304]] as const) {
    testWith(
      [raftSmall, ...photographs],
      `with all savings the flow of a ${width}x${height} clip, ${how}, is hardly further off`,
      async () => {
        const clip = await layeredClip(width, height);
        const frames = Array.from({ length: 6 }, (_, t) => frameAt(clip, t));
        const truth = frames.slice(1).map((_, t) => motionAfter(clip, t));
        const size = { width, height };
        let plain = { error: NaN, updates: NaN };
        await withRaft({ size, polish, stopBelow: 0, warmStart: false }, async (estimator) => {
          plain = await clipError(estimator, frames, truth);
          assert.equal(plain.updates, 12);
        });
        await withRaft({ size, polish }, async (estimator) => {
          const saved = await clipError(estimator, frames, truth);
          assert.ok(saved.error <= worse * plain.error, `${saved.error} px, not ${plain.error} px`);
          assert.ok(saved.updates <= updates, `${saved.updates} updates`);
        });
      },
    );
  }
}

testWith(
  [raftSmall, ...photographs],
  "where motion is large RAFT is at most 0.6 times as far off as DIS",
  async () => {
    const [width, height] = [256, 192];
    const clip = await layeredClip(width, height, fast);
    const frames = Array.from({ length: 5 }, (_, t) => frameAt(clip, t));
    const truth = frames.slice(1).map((_, t) => motionAfter(clip, t));
    await withRaft({ size: { width, height } }, async (estimator) => {
      const { error } = await clipError(estimator, frames, truth);
      using dis = new DisEstimator();
      const { error: other } = await clipError(dis, frames, truth);
      assert.ok(error <= 0.6 * other, `${error} px, DIS ${other} px`);
    });
  },
);

testWith(
  [raftSmall, ...photographs],
  "a scene cut is seen, and the scene after it starts afresh",
  async () => {
    const clip = await layeredClip(160, 128);
    const other = { ...clip, background: clip.foreground, foreground: clip.background };
    const frames = [0, 1, 2].map((t) => frameAt(clip, t)).concat([40, 41, 42].map((t) => frameAt(other, t)));
    await withRaft({ size: { width: 160, height: 128 } }, async (estimator) => {
      const reports: string[] = [];
      for (let t = 1; t < frames.length; t++) {
        await estimator.pair(frames[t - 1]!, frames[t]!);
        const { warm, cut } = estimator.report!;
        reports.push(cut ? "cut" : warm ? "warm" : "cold");
      }
      assert.deepEqual(reports, ["cold", "warm", "cut", "cold", "warm"]);
    });
  },
);
