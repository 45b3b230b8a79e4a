import assert from "node:assert/strict";
import { Turns } from "../../../server/uploads/turns.ts";

Deno.test("Turns run so many tasks at a time, in order, and failures do not stop them", async () => {
  const turns = new Turns(2);
  let running = 0, most = 0;
  const begun: number[] = [];
  const tasks = Array.from({ length: 20 }, (_, task) =>
    turns.run(async () => {
      begun.push(task);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (task % 3 === 0) throw new Error(`task ${task}`);
    }));
  const ends = await Promise.allSettled(tasks);
  assert.equal(most, 2);
  assert.deepEqual(begun, tasks.map((_, task) => task));
  assert.equal(ends.filter(({ status }) => status === "rejected").length, 7);
});

Deno.test("A task whose signal aborts gives up its turn", async () => {
  const turns = new Turns(1);
  const first = Promise.withResolvers<void>();
  const holding = turns.run(() => first.promise);
  const leaving = new AbortController();
  let ran = false;
  const left = turns.run(() => Promise.resolve(void (ran = true)), leaving.signal);
  const next = turns.run(() => Promise.resolve("next"));
  leaving.abort(new Error("left"));
  await assert.rejects(left, /^Error: left$/);
  await assert.rejects(turns.run(async () => {}, leaving.signal), /^Error: left$/);
  first.resolve();
  await holding;
  assert.equal(await next, "next");
  assert.equal(ran, false);
  assert.equal(await turns.run(() => Promise.resolve("free")), "free");
});
