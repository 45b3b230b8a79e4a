import assert from "node:assert/strict";
import { latencies, percentile } from "./percentiles.ts";

Deno.test("percentiles are values that occurred, by the nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(percentile(hundred, 50), 50);
  assert.equal(percentile(hundred, 99), 99);
  assert.equal(percentile([7], 99), 7);
  assert.ok(Number.isNaN(percentile([], 50)));
});

Deno.test("latencies come in any order", () => {
  assert.deepEqual(latencies([30, 10, 20]), { requests: 3, p50: 20, p99: 30, most: 30 });
});
