import assert from "node:assert/strict";
import { PaceKeeper } from "../../../pipeline/run/progress.ts";

Deno.test("the pace is that of the last frames, and the slow first one is soon forgotten", () => {
  let time = 0;
  const pace = new PaceKeeper(30, () => time);
  const frame = (milliseconds: number) => {
    time += milliseconds;
    return pace.frame();
  };
  assert.deepEqual(frame(4000), { seconds: 4, fps: 0.25, eta: 29 / 0.25 });
  frame(500);
  for (let i = 0; i < 8; i++) frame(500);
  const { fps, eta } = frame(500);
  assert.ok(Math.abs(fps - 2) < 1e-9);
  assert.ok(Math.abs(eta! - 19 / 2) < 1e-9);
});

Deno.test("without a number of frames there is no remaining time", () => {
  let time = 0;
  const pace = new PaceKeeper(undefined, () => time += 100);
  assert.equal(pace.frame().eta, undefined);
});

Deno.test("time in which the dream rests does not count", () => {
  let time = 0;
  const pace = new PaceKeeper(10, () => time);
  for (let frame = 0; frame < 5; frame++) {
    time += 100;
    pace.frame();
    time += 60_000;
    pace.leaveOut(60_000);
  }
  time += 100;
  const { seconds, fps, eta } = pace.frame();
  assert.deepEqual([seconds.toFixed(3), fps.toFixed(3), eta?.toFixed(3)], ["0.600", "10.000", "0.400"]);
});
