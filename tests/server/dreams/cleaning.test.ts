import assert from "node:assert/strict";
import { eventually, Harness } from "./harness.ts";

/** A finished dream with a video of the given number of bytes. */
async function made(harness: Harness, bytes = 4): Promise<string> {
  const { id } = await harness.create();
  const { last } = harness.renderer;
  await Deno.writeFile(harness.dreams.files(id).partial, new Uint8Array(bytes));
  last.finish();
  await harness.until(id, "done");
  return id;
}

const ids = (harness: Harness) => harness.dreams.list().map(({ id }) => id);

Deno.test("dreams that ended too long ago are removed, those that wait or run are not", async () => {
  await using harness = await Harness.open();
  const old = await made(harness);
  const running = await harness.create();
  await harness.reopen({ keepDays: 1e-9 });
  await eventually(() => !ids(harness).includes(old));
  await eventually(() => harness.folder(old) === undefined);
  assert.deepEqual(ids(harness), [running.id]);
});

Deno.test("dreams are kept as long as asked for", async () => {
  await using harness = await Harness.open({ keepDays: 1 });
  const id = await made(harness);
  await harness.create();
  assert.ok(ids(harness).includes(id));
});

Deno.test("the oldest ended dreams go when all take more than the quota", async () => {
  await using harness = await Harness.open({ quota: 25_000 });
  const [first, second, third] = [
    await made(harness, 10_000),
    await made(harness, 10_000),
    await made(harness, 10_000),
  ];
  await eventually(() => !ids(harness).includes(first));
  await eventually(() => harness.folder(first) === undefined);
  assert.deepEqual(ids(harness), [third, second]);
  const usage = await harness.dreams.diskUsage();
  assert.ok(usage > 20_000 && usage < 25_000, `${usage}`);
});

Deno.test("what has just been made stays, however small the quota", async () => {
  await using harness = await Harness.open({ quota: 1 });
  const [first, second] = [await made(harness), await made(harness)];
  await eventually(() => !ids(harness).includes(first));
  assert.deepEqual(ids(harness), [second]);
});

Deno.test("a source that dreams share takes its room once", async () => {
  await using harness = await Harness.open();
  const id = await made(harness, 1000);
  const before = await harness.dreams.diskUsage();
  assert.equal(before, 1000 + "source".length);
  await harness.dreams.again(id);
  assert.equal(await harness.dreams.diskUsage(), before + "part".length);
  await harness.dreams.remove(id);
  assert.equal(await harness.dreams.diskUsage(), "source".length + "part".length);
});
