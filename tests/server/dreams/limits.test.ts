import assert from "node:assert/strict";
import { WorkLimits } from "../../../server/dreams/work_limits.ts";
import { defaultLimits } from "../../../server/options.ts";
import { Harness } from "./harness.ts";

Deno.test("a dream that works longer than its limit fails, and the next one runs", async () => {
  await using harness = await Harness.open({ limits: { seconds: 0.2 } });
  const [first, second] = [await harness.create(), await harness.create()];
  const { error } = await harness.until(first.id, "failed");
  assert.equal(error?.code, "too_large");
  assert.match(error!.message, /more than 0.2 s of work/);
  assert.equal(harness.dreams.get(second.id).state, "running");
});

Deno.test("time does not count while the rendering rests", async () => {
  await using harness = await Harness.open({ limits: { seconds: 0.3 } });
  harness.renderer.held = true;
  const { id } = await harness.create();
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.equal(harness.dreams.get(id).state, "running");
  harness.renderer.held = false;
  await harness.until(id, "failed");
});

Deno.test("memory that a dream adds counts, but not what comes while it rests", () => {
  let resting = false, resident = 5e9;
  const told: string[] = [];
  const work = new WorkLimits({
    limits: { ...defaultLimits, memory: 1e9 },
    resting: () => resting,
    residentMemory: () => resident,
    onExceeded: ({ message }) => told.push(message),
  });
  resting = true;
  resident += 8e9;
  work.look();
  resting = false;
  work.look();
  assert.deepEqual(told, []);
  resident += 2e9;
  work.look();
  assert.match(told[0]!, /needed more than 1000 MB of memory/);
  work.stop();
});

Deno.test("a dream of more frames than allowed fails", async () => {
  await using harness = await Harness.open({ limits: { frames: 2 } });
  const { id } = await harness.create();
  for (let frame = 0; frame < 3; frame++) harness.renderer.last.frame();
  assert.match((await harness.until(id, "failed")).error!.message, /more than 2 frames/);
});
