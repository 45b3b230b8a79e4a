import assert from "node:assert/strict";
import { StageClock } from "../../../pipeline/run/stage_clock.ts";
import { standingClock } from "../../standing_clock.ts";

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(i);
}

Deno.test("a stage's time is its own, without the stages before it", async () => {
  using time = standingClock();
  async function* slow(items: AsyncIterable<number>, seconds: number): AsyncGenerator<number> {
    for await (const item of items) {
      time.pass(seconds);
      yield await Promise.resolve(item);
    }
  }
  const clock = new StageClock();
  const decoded = clock.time("decode", slow(numbers(3), 0.01));
  const shrunk = clock.time("shrink", slow(decoded, 0.04));
  const items: number[] = [];
  for await (const item of shrunk) {
    items.push(item);
    time.pass(0.02);
    const { decode, shrink, dream } = clock.lap();
    const milliseconds = [decode, shrink, dream].map((seconds) => Math.round(1000 * seconds));
    assert.deepEqual(milliseconds, [10, 40, 0]);
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
