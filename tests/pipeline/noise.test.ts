import assert from "node:assert/strict";
import { Engine } from "../../models/engine/engine.ts";
import { begun } from "../../pipeline/noise.ts";
import { drawn, pattern } from "./picture_values.ts";

const working = { height: 8, width: 10 }, source = { height: 16, width: 20 };

async function pictureOf(engine: Engine, index: number, init: "image" | "random", seed = 1) {
  async function* frames() {
    yield { index, picture: await engine.put(drawn(3, working, pattern)) };
  }
  const options = { engine, working, source, meanColour: [0.4, 0.45, 0.5], seed, settings: () => ({ init }) };
  for await (const { picture, ground } of begun(frames(), options)) {
    return { data: (await picture.take()).data as Float32Array, ground };
  }
  throw new Error("there is a frame");
}

Deno.test("a dream begins with its frame, or with noise about the network's mean colour", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const frame = await pictureOf(engine, 0, "image");
  assert.deepEqual(frame.data, drawn(3, working, pattern).data);
  assert.equal(frame.ground, undefined);
  const { data, ground } = await pictureOf(engine, 0, "random");
  assert.deepEqual([...ground!.slice(0, 4)], [102, 115, 128, 102]);
  const offsets = Array.from(data, (value, i) => 255 * value - ground![Math.floor(i / 80)]!);
  const deviation = Math.sqrt(offsets.reduce((sum, value) => sum + value ** 2, 0) / offsets.length);
  assert.ok(deviation > 0.0007 && deviation < 0.0013, `${deviation}`);
});

Deno.test("the noise follows from seed and frame alone", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const first = await pictureOf(engine, 0, "random");
  assert.deepEqual(await pictureOf(engine, 0, "random"), first);
  assert.notDeepEqual((await pictureOf(engine, 1, "random")).data, first.data);
  assert.notDeepEqual((await pictureOf(engine, 0, "random", 2)).data, first.data);
});
