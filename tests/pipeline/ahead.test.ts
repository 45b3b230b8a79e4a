import assert from "node:assert/strict";
import { ahead } from "../../pipeline/ahead.ts";

async function* counting(limit: number, log: string[] = []): AsyncGenerator<number> {
  try {
    for (let i = 0; i < limit; i++) {
      log.push(`made ${i}`);
      yield await Promise.resolve(i);
    }
  } finally {
    log.push("ended");
  }
}

Deno.test("ahead() keeps the order and every item", async () => {
  const items: number[] = [];
  for await (const item of ahead(counting(7), 3)) items.push(item);
  assert.deepEqual(items, [0, 1, 2, 3, 4, 5, 6]);
});

Deno.test("ahead() makes no more than it may", async () => {
  const log: string[] = [];
  for await (const item of ahead(counting(20, log), 2)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(log.length <= item + 3, `item ${item}: ${log.length} made`);
    if (item === 5) break;
  }
  assert.equal(log.at(-1), "ended");
});

Deno.test("ahead() delivers an error in its place", async () => {
  async function* failing() {
    yield 1;
    await Promise.resolve();
    throw new Error("broken");
  }
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const item of ahead(failing(), 4)) seen.push(item);
  }, /broken/);
  assert.deepEqual(seen, [1]);
});
