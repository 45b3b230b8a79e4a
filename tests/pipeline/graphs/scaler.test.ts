import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { Scaler } from "../../../pipeline/graphs/scaler.ts";

const source = { height: 90, width: 121 };
const working = { height: 46, width: 60 };

function rgbPattern(): Uint8Array {
  return Uint8Array.from({ length: source.height * source.width * 3 }, (_, i) => (i * 7 + (i >> 5)) & 255);
}

Deno.test("a frame is scaled to the working size in [0, 1], planar", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const scaler = await Scaler.create(engine, source, working, { height: 23, width: 30 });
  const rgb = new Uint8Array(source.height * source.width * 3);
  for (let i = 0; i < rgb.length; i += 3) rgb.set([255, 51, 0], i);
  const { picture, small } = await scaler.shrink(rgb);
  assert.deepEqual(picture.dims, [1, 3, 46, 60]);
  assert.deepEqual(small?.dims, [1, 3, 23, 30]);
  const { data } = await picture.take();
  const plane = 46 * 60;
  for (const [channel, value] of [1, 0.2, 0].entries()) {
    assert.ok(
      data.subarray(channel * plane, (channel + 1) * plane).every((v) => Math.abs(Number(v) - value) < 1e-6),
    );
  }
});

Deno.test("a dream that changes nothing gives the source back, bit for bit", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const scaler = await Scaler.create(engine, source, working);
  const rgb = rgbPattern();
  const { picture } = await scaler.shrink(rgb);
  assert.deepEqual(await scaler.compose(rgb, picture, picture), rgb);
});

Deno.test("what the dream adds is added at full size and cut to the range", async () => {
  using engine = await Engine.start({ providers: ["cpu"] });
  const scaler = await Scaler.create(engine, source, working);
  const rgb = rgbPattern();
  const { picture } = await scaler.shrink(rgb);
  const brighter = await picture.read();
  brighter.data = Float32Array.from(brighter.data as Float32Array, (value) => value + 20 / 255);
  const result = await scaler.compose(rgb, picture, await engine.put(brighter));
  assert.deepEqual(result, rgb.map((value) => Math.min(255, value + 20)));
});
