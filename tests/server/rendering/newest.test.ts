import assert from "node:assert/strict";
import { Newest } from "../../../server/rendering/newest.ts";

Deno.test("a newer item takes the place of one that waits, and the last one is never left out", async () => {
  const place = new Newest<number>();
  const taken: number[] = [];
  const taking = (async () => {
    for await (const item of place) {
      taken.push(item);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  assert.equal(place.offer(1), false);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(place.offer(2), false);
  assert.equal(place.offer(3), true);
  assert.equal(place.offer(4), true);
  place.close();
  place.offer(5);
  await taking;
  assert.deepEqual(taken, [1, 4]);
});
