import assert from "node:assert/strict";
import { eventually, Harness } from "./harness.ts";

Deno.test("the first frame is the poster until one from the middle is there", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  const { poster, before } = harness.dreams.files(id);
  const { last } = harness.renderer;
  last.start(9);
  last.frame();
  await eventually(() => harness.dreams.get(id).links.poster !== undefined);
  assert.equal(await Deno.readTextFile(poster), "dream 0");
  assert.equal(await Deno.readTextFile(before), "before 0");
  for (let frame = 1; frame < 9; frame++) last.frame();
  last.finish();
  await harness.until(id, "done");
  assert.equal(await Deno.readTextFile(poster), "dream 4");
  assert.equal(await Deno.readTextFile(before), "before 4");
  assert.deepEqual(last.seen, [true, false], "the source is asked for around the middle alone");
});

Deno.test("a poster that cannot be kept does not end the dream", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  await Deno.mkdir(harness.dreams.files(id).before);
  harness.renderer.last.frame();
  harness.renderer.last.finish();
  assert.equal((await harness.until(id, "done")).links.poster, undefined);
});
