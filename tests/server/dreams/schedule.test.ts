import assert from "node:assert/strict";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import type { Progress } from "../../../server/dreams/dream.ts";
import { type Expected, framesOf, schedule } from "../../../server/dreams/schedule.ts";
import { facts } from "./harness.ts";

function dream(
  given: SomeParameters = {},
  more: Partial<Expected> & { progress?: Progress } = {},
): Expected & { id: string } {
  return { id: "a", source: facts, parameters: parseParameters(given), progress: { frames: 0 }, ...more };
}

const done = dream({}, { progress: { frames: 10, seconds: 20 } });
const starts = (given: Parameters<typeof schedule>[0]) =>
  [...schedule(given).values()].map(({ estimatedStart }) =>
    estimatedStart && (Date.parse(estimatedStart) - given.now) / 1000
  );
const named = (...dreams: Expected[]) => dreams.map((one, index) => ({ ...one, id: String(index) }));

Deno.test("frames are expected for the part that is dreamed", () => {
  assert.equal(framesOf(dream()), 10);
  assert.equal(framesOf(dream({}, { from: 0.5 })), 5);
  assert.equal(framesOf(dream({}, { from: 0.5, duration: 0.2 })), 2);
  assert.equal(framesOf(dream({}, { progress: { frames: 1, total: 7 } })), 7);
  const { frames: _frames, ...unknown } = facts;
  assert.equal(framesOf(dream({}, { source: { ...unknown, duration: 2 } })), 20);
});

Deno.test("without a running dream the next begins now, the one after it at the pace of earlier dreams", () => {
  assert.deepEqual(starts({ waiting: named(dream(), dream()), earlier: [done], now: 0 }), [0, 20]);
});

Deno.test("a frame of twice the side takes four times as long", () => {
  const waiting = named(dream({ imageSize: 1024 }), dream());
  assert.deepEqual(starts({ waiting, earlier: [done], now: 0 }), [0, 80]);
});

Deno.test("a running dream that has hardly begun is measured by earlier ones", () => {
  const running = dream({}, { progress: { frames: 1, seconds: 9 } });
  assert.deepEqual(starts({ waiting: named(dream()), running, earlier: [done], now: 0 }), [18]);
});

Deno.test("nothing is promised where nothing was measured", () => {
  const running = dream();
  assert.deepEqual(starts({ waiting: named(dream()), running, earlier: [], now: 0 }), [undefined]);
});
