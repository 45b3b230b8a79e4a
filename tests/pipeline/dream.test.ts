import assert from "node:assert/strict";
import { inceptionV3 } from "../../models/catalog.ts";
import { Engine, type HostTensor } from "../../models/engine/engine.ts";
import { blend, Blender } from "../../pipeline/blend.ts";
import { dream } from "../../pipeline/dream.ts";
import { Dreamer } from "../../pipeline/dreamer/dreamer.ts";
import type { Motion } from "../../pipeline/motion.ts";
import { type DreamState, snapshot } from "../../pipeline/state.ts";
import { drawn, pattern } from "./picture_values.ts";

const size = { height: 96, width: 112 };
const settings = () => ({
  ...{ octaveIterations: 1, firstIterations: 2, iterations: 1, learningRate: 3, jitter: 8 },
  ...{ blend: 0.2, sceneCut: 0.25 },
});

/** The frames from `first` on of a scene that moves one pixel per frame. */
async function* scene(engine: Engine, first: number) {
  for (let index = first; index < 4; index++) {
    const picture = await engine.put(drawn(3, size, (c, y, x) => pattern(c, y, x + index)));
    const motion: Motion = {
      flow: await engine.put(drawn(2, size, (c) => c === 0 ? 1 : 0)),
      mask: await engine.put(drawn(1, size, () => 1)),
      visible: 1,
      motion: 1 / size.width,
    };
    yield index === 0 ? { picture } : { picture, motion };
  }
}

/** Dreams from a given state; returns the last dream and the state after each frame. */
async function dreamFrom(state: DreamState): Promise<{ last: HostTensor; states: DreamState[] }> {
  using engine = await Engine.start({ providers: ["cpu"] });
  const options = { layers: ["mixed0"], loss: "mean", smoothing: "none", colour: 1, tvWeight: 0 } as const;
  const dreamer = await Dreamer.create(engine, await inceptionV3(), [size], {
    ...options,
    layers: ["mixed0"],
  });
  const blender = await Blender.create(engine, "residual", size);
  const blended = blend(scene(engine, state.position), { blender, state, settings });
  const states: DreamState[] = [];
  let last: HostTensor | undefined;
  for await (
    const { dreamed } of dream(blended, { dreamer: () => Promise.resolve(dreamer), state, settings })
  ) {
    last = await dreamed.read();
    states.push(await snapshot(state));
  }
  return { last: last!, states };
}

Deno.test("a dream goes on from a snapshot of its state as if it had never stopped", async () => {
  const whole = await dreamFrom({ position: 0, random: 5 });
  assert.deepEqual(whole.states.map(({ position }) => position), [1, 2, 3, 4]);
  const resumed = await dreamFrom(structuredClone(whole.states[1]!));
  assert.deepEqual(resumed.last, whole.last);
});
