import assert from "node:assert/strict";
import { Engine } from "../../models/engine/engine.ts";
import { blend, Blender, type Carry } from "../../pipeline/blend.ts";
import type { Motion } from "../../pipeline/motion.ts";
import { drawn, largestDifference, pattern } from "./picture_values.ts";

const size = { height: 32, width: 40 };

async function motionOf(engine: Engine, u: number, visible: number): Promise<Motion> {
  return {
    flow: await engine.put(drawn(2, size, (c) => c === 0 ? u : 0)),
    mask: await engine.put(drawn(1, size, () => visible)),
    visible,
    motion: Math.abs(u) / size.width,
  };
}

async function mixed(carry: Carry, blendShare: number, u = 0, visible = 1) {
  using engine = await Engine.start({ providers: ["cpu"] });
  const blender = await Blender.create(engine, carry, size);
  const picture = await engine.put(drawn(3, size, pattern));
  // The previous frame showed the same scene u px further to the right, and its dream was brighter on the
  // right.
  const before = (c: number, y: number, x: number) => pattern(c, y, x - u);
  const previous = {
    picture: drawn(3, size, before),
    dreamed: drawn(3, size, (c, y, x) => before(c, y, x) + 0.005 * (x - u)),
  };
  return await (await blender.mix(picture, previous, await motionOf(engine, u, visible), blendShare)).take();
}

for (const carry of ["residual", "picture"] as const) {
  Deno.test(`${carry}: the warped dream lands on the moved scene`, async () => {
    const expected = drawn(3, size, (c, y, x) => Math.min(1, pattern(c, y, x) + 0.005 * x));
    assert.ok(largestDifference(await mixed(carry, 0, 3), expected, 4) < 1e-5);
  });

  Deno.test(`${carry}: what was hidden is the fresh frame`, async () => {
    assert.ok(largestDifference(await mixed(carry, 0, 3, 0), drawn(3, size, pattern)) < 1e-6);
  });

  Deno.test(`${carry}: a blend of 1 forgets the dream, 0.5 keeps half of it`, async () => {
    assert.ok(largestDifference(await mixed(carry, 1), drawn(3, size, pattern)) < 1e-6);
    const half = drawn(3, size, (c, y, x) => Math.min(1, pattern(c, y, x) + 0.0025 * x));
    assert.ok(largestDifference(await mixed(carry, 0.5), half) < 1e-5);
  });
}

Deno.test("a scene cut starts afresh", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const blender = await Blender.create(engine, "residual", size);
  const picture = await engine.put(drawn(3, size, pattern));
  const previous = { picture, dreamed: picture };
  const inherits = async (visible: number) => {
    const frames = async function* () {
      yield { picture, motion: await motionOf(engine, 0, visible) };
    };
    const state = { position: 1, random: 0, previous };
    const settings = () => ({ blend: 0.2, sceneCut: 0.25 });
    return (await blend(frames(), { blender, state, settings }).next()).value?.inherits;
  };
  assert.equal(await inherits(0.1), false);
  assert.equal(await inherits(0.9), true);
});
