import assert from "node:assert/strict";
import { Engine } from "../../models/engine/engine.ts";
import type { FlowField } from "../../models/flow/flow.ts";
import { OcclusionCheck } from "../../pipeline/occlusion.ts";

const size = { height: 48, width: 64 };

function flowOf(u: (x: number, y: number) => number): FlowField {
  const data = new Float32Array(2 * size.height * size.width);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) data[y * size.width + x] = u(x, y);
  }
  return { ...size, data };
}

/** Mean of the mask over a range of columns, in the middle rows. */
function meanOver(mask: ArrayLike<number | bigint>, width: number, from: number, to: number): number {
  let sum = 0;
  for (let y = 10; y < 38; y++) for (let x = from; x < to; x++) sum += Number(mask[y * width + x]);
  return sum / (28 * (to - from));
}

Deno.test("a still picture is visible everywhere", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const check = await OcclusionCheck.create(engine, size, size);
  const motion = await check.check({ backward: flowOf(() => 0), forward: flowOf(() => 0) });
  assert.ok(Math.abs(motion.visible - 1) < 1e-5);
  assert.equal(motion.motion, 0);
});

Deno.test("what comes in from outside the picture is hidden, and flow is scaled to the working size", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const check = await OcclusionCheck.create(engine, size, { height: 96, width: 128 });
  // The camera pans: each pixel was 5 px further left before, so the 5 leftmost columns were outside the
  // picture.
  const motion = await check.check({ backward: flowOf(() => -5), forward: flowOf(() => 5) });
  const mask = (await motion.mask.take()).data;
  assert.ok(meanOver(mask, 128, 0, 6) < 0.05);
  assert.ok(meanOver(mask, 128, 16, 128) > 0.98);
  assert.ok(Math.abs(motion.motion - 5 / 64) < 1e-6);
  const flow = (await motion.flow.take()).data;
  assert.ok(Math.abs(Number(flow[1000]) - -10) < 1e-4);
});

Deno.test("where going back and forth does not lead home the pixel is hidden", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const check = await OcclusionCheck.create(engine, size, size);
  const backward = flowOf((x) => x >= 20 && x < 40 ? -4 : 0);
  const motion = await check.check({ backward, forward: flowOf(() => 0) });
  const mask = (await motion.mask.take()).data;
  assert.ok(meanOver(mask, 64, 23, 37) < 0.05);
  assert.ok(meanOver(mask, 64, 0, 16) > 0.95);
});

Deno.test("a motion boundary is not trusted", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const check = await OcclusionCheck.create(engine, size, size);
  const step = (sign: number) => flowOf((x) => x < 32 ? 0 : sign * 1.2);
  const mask = (await (await check.check({ backward: step(1), forward: step(-1) })).mask.take()).data;
  assert.ok(meanOver(mask, 64, 31, 33) < 0.4);
  assert.ok(meanOver(mask, 64, 4, 28) > 0.98);
});
