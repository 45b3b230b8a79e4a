import assert from "node:assert/strict";
import { StageClock } from "../../pipeline/stage_clock.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A stage that takes so many milliseconds per item. */
async function* slow(items: AsyncIterable<number>, milliseconds: number): AsyncGenerator<number> {
  for await (const item of items) {
    await pause(milliseconds);
    yield item;
  }
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(i);
}

Deno.test("a stage's time is its own, without the stages before it", async () => {
  const clock = new StageClock();
  const decoded = clock.time("decode", slow(numbers(3), 10));
  const shrunk = clock.time("shrink", slow(decoded, 40));
  const items: number[] = [];
  for await (const item of shrunk) {
    items.push(item);
    await pause(20);
    const { decode, shrink, dream } = clock.lap();
    assert.ok(decode >= 0.009 && decode < 0.035, `decode took ${decode} s`);
    assert.ok(shrink >= 0.035 && shrink < 0.075, `shrink took ${shrink} s`);
    assert.equal(dream, 0);
  }
  assert.deepEqual(items, [0, 1, 2]);
});

Deno.test("leaving the last stage early ends the first", async () => {
  let ended = false;
  async function* source() {
    try {
      yield* numbers(5);
    } finally {
      ended = true;
    }
  }
  for await (const _ of new StageClock().time("decode", source())) break;
  assert.ok(ended);
});
