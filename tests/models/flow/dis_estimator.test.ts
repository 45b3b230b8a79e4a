import assert from "node:assert/strict";
import { DisEstimator } from "../../../models/flow/dis_estimator.ts";
import { disPair } from "../../../models/flow/dis/dis.ts";
import { toGrey } from "../../../models/flow/dis/grey.ts";
import { draw, movedPair, texture, translation } from "./synthetic.ts";

Deno.test("the estimator's flow is that of disPair, and the pictures are left alone", async () => {
  using estimator = new DisEstimator();
  const [previous, current] = movedPair(64, 48, translation(2, -1));
  const before = [previous.pixels.slice(), current.pixels.slice()];
  const pair = await estimator.pair(previous, current);
  assert.deepEqual(pair, disPair(toGrey(previous), toGrey(current)));
  assert.deepEqual([previous.pixels, current.pixels], before);
  assert.equal(estimator.name, "dis");
});

Deno.test("pairs that are asked for at once all get their own answer", async () => {
  using estimator = new DisEstimator();
  const shifts = [1, 2, 3, -1, -2];
  const pairs = await Promise.all(
    shifts.map((shift) => estimator.pair(...movedPair(64, 48, translation(shift, 0)))),
  );
  const middle = 24 * 64 + 32;
  assert.deepEqual(pairs.map(({ forward }) => Math.round(forward.data[middle]!)), shifts);
  assert.deepEqual(pairs.map(({ backward }) => Math.round(-backward.data[middle]!)), shifts);
});

Deno.test("the thread that asks goes on meanwhile", async () => {
  using estimator = new DisEstimator();
  const pictures = movedPair(640, 480, translation(3, 2));
  const pending = estimator.pair(...pictures);
  let settled = false;
  pending.then(() => settled = true);
  let turns = 0;
  while (!settled) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    turns++;
  }
  // A delayed thread makes a single turn: when the pair is there.
  assert.ok(turns > 1, `the event loop turned ${turns} times`);
});

Deno.test("errors of the worker come back as they are, and the next pair is computed", async () => {
  using estimator = new DisEstimator();
  const small = draw(16, 16, texture);
  await assert.rejects(estimator.pair(small, draw(16, 17, texture)), (error) => {
    assert.ok(error instanceof RangeError);
    assert.match(error.message, /not 16x16 and 16x17/);
    return true;
  });
  const { forward } = await estimator.pair(small, small);
  assert.equal(forward.data.length, 2 * 16 * 16);
});

Deno.test("a picture with a wrong amount of pixels is refused", async () => {
  using estimator = new DisEstimator();
  const small = draw(16, 16, texture);
  await assert.rejects(estimator.pair(small, { ...small, width: 15 }), RangeError);
});

Deno.test("an abort rejects the pair that is computed and the one that waits, not the others", async () => {
  using estimator = new DisEstimator();
  const pictures = movedPair(320, 240, translation(1, 1));
  const controller = new AbortController();
  const { signal } = controller;
  const running = estimator.pair(...pictures, { signal });
  const waiting = estimator.pair(...pictures, { signal });
  const last = estimator.pair(...pictures);
  const reason = new Error("enough");
  controller.abort(reason);
  await assert.rejects(running, reason);
  await assert.rejects(waiting, reason);
  const { forward } = await last;
  assert.equal(Math.round(forward.data[120 * 320 + 160]!), 1);
});

Deno.test("a signal aborted before rejects at once, one aborted afterwards changes nothing", async () => {
  using estimator = new DisEstimator();
  const pictures = movedPair(32, 32, translation(1, 1));
  await assert.rejects(estimator.pair(...pictures, { signal: AbortSignal.abort() }), { name: "AbortError" });
  const controller = new AbortController();
  const { backward } = await estimator.pair(...pictures, { signal: controller.signal });
  controller.abort();
  assert.equal(backward.width, 32);
});

Deno.test("closing rejects what is still being computed and whatever is asked for afterwards", async () => {
  const estimator = new DisEstimator();
  const pictures = movedPair(320, 240, translation(1, 1));
  const pending = [estimator.pair(...pictures), estimator.pair(...pictures)];
  estimator.close();
  estimator.close();
  for (const pair of pending) await assert.rejects(pair, /closed/);
  await assert.rejects(estimator.pair(...pictures), /closed/);
});
