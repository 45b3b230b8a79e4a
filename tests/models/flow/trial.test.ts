import assert from "node:assert/strict";
import type { FlowEstimator, FlowOptions, FlowPair, Picture } from "../../../models/flow/flow.ts";
import { pairSeconds, trialPicture } from "../../../models/flow/trial.ts";
import { type StandingClock, standingClock } from "../../standing_clock.ts";

const size = { width: 32, height: 24 };

/**
 * An estimator whose pairs take the given seconds in turn, and then always the last; on a clock if one is
 * given.
 */
class TimedEstimator implements FlowEstimator {
  readonly name = "timed";
  readonly pairs: [Picture, Picture][] = [];
  readonly #seconds: number[];
  readonly #clock: StandingClock | undefined;

  constructor(seconds: number[], clock?: StandingClock) {
    this.#seconds = seconds;
    this.#clock = clock;
  }

  async pair(previous: Picture, current: Picture, { signal }: FlowOptions = {}): Promise<FlowPair> {
    const seconds = this.#seconds[Math.min(this.pairs.length, this.#seconds.length - 1)]!;
    this.pairs.push([previous, current]);
    this.#clock?.pass(seconds);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#clock ? 0 : 1000 * seconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)));
    await promise;
    const field = { ...size, data: new Float32Array(2 * size.width * size.height) };
    return { backward: field, forward: field };
  }

  close(): void {}
}

Deno.test("a pair that is fast enough is enough", async () => {
  using clock = standingClock();
  const estimator = new TimedEstimator([0.02], clock);
  const seconds = await pairSeconds(estimator, size, { limit: 0.5 });
  assert.ok(seconds > 0.015 && seconds < 0.5);
  assert.equal(estimator.pairs.length, 1);
});

Deno.test("a slow first pair is not the last word: each goes on from the one before", async () => {
  using clock = standingClock();
  const estimator = new TimedEstimator([0.15, 0.02], clock);
  assert.ok(await pairSeconds(estimator, size, { limit: 0.1 }) < 0.1);
  const [first, second] = estimator.pairs;
  assert.equal(second![0], first![1]);
  assert.equal(estimator.pairs.length, 2);
});

Deno.test("pairs that all take too long are measured a few times, or given up after a second", async () => {
  {
    using clock = standingClock();
    const slow = new TimedEstimator([0.1], clock);
    assert.ok(await pairSeconds(slow, size, { limit: 0.05 }) >= 0.09);
    assert.equal(slow.pairs.length, 3);
  }
  const start = performance.now();
  assert.equal(await pairSeconds(new TimedEstimator([60]), size, { limit: 0.05 }), Infinity);
  assert.ok(performance.now() - start < 30_000);
});

Deno.test("a trial that is stopped is no slow pair", async () => {
  const reason = new Error("stopped");
  const stopped = (error: unknown) => error === reason;
  const controller = new AbortController();
  const trial = pairSeconds(new TimedEstimator([60]), size, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(trial, stopped);
  const limited = { limit: 60, signal: controller.signal };
  const deaf = { name: "deaf", pair: () => Promise.reject(new Error("closed")), close() {} };
  await assert.rejects(pairSeconds(deaf, size, limited), stopped);
});

Deno.test("an estimator that fails is no slow estimator", async () => {
  const failing = { name: "failing", pair: () => Promise.reject(new Error("no memory")), close() {} };
  await assert.rejects(pairSeconds(failing, size), /no memory/);
});

Deno.test("a trial's pictures are in range, and one is the other moved", () => {
  const [still, moved] = [trialPicture(40, 30), trialPicture(40, 30, 4)];
  assert.ok(still.pixels.every((value) => value >= 0 && value <= 1));
  assert.equal(moved.pixels[2 * 40 + 3], still.pixels[4 * 40 + 7]);
});
