import assert from "node:assert/strict";
import { growth, type Phase, slowdown } from "./phases.ts";

function phase(watched: boolean, seconds: number, memory: number[] = []): Phase {
  return { watched, frames: 10, seconds, memory, load: 0 };
}

Deno.test("a dream that gets steadily slower is not slowed down by its viewers", () => {
  const phases = [phase(false, 10), phase(true, 11), phase(false, 12), phase(true, 13), phase(false, 14)];
  assert.ok(Math.abs(slowdown(phases)) < 1e-9);
});

Deno.test("a slowdown is a share of the speed without viewers", () => {
  assert.ok(Math.abs(slowdown([phase(false, 8), phase(true, 10), phase(false, 8)]) - 20) < 1e-9);
});

Deno.test("growth does not come of single values", () => {
  assert.equal(growth(phase(true, 1, [5, 900, 5, 6, 6, 6, 7, 0, 7])), 2);
});
