import assert from "node:assert/strict";
import { Engine, type HostTensor } from "../../../models/engine/engine.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { intTensor } from "../../../models/onnx/model.ts";
import { blur, blurredHalf, doubled, resize, roll, type Size } from "../../../pipeline/graphs/picture.ts";
import { drawn, largestDifference, pattern } from "../picture_values.ts";

/** The result of a part of a graph for a picture. */
async function computed(
  picture: HostTensor,
  build: (g: GraphBuilder, x: string) => string,
): Promise<HostTensor> {
  const g = new GraphBuilder();
  g.output("y", build(g, g.input("x", "float32", [...picture.dims])), "float32");
  using engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(g.build());
  return await (await session.run({ x: picture })).y!.take();
}

for (const size of [{ height: 16, width: 18 }, { height: 46, width: 64 }, { height: 60, width: 130 }]) {
  Deno.test(`half of ${size.width}x${size.height} is the blurred picture's mean over each four pixels`, async () => {
    const picture = drawn(3, size, pattern);
    const half: Size = { height: size.height / 2, width: size.width / 2 };
    const expected = await computed(picture, (g, x) => resize(g, blur(g, x, 3, size, 1), 3, half));
    const actual = await computed(picture, (g, x) => blurredHalf(g, x, 3, size, 1));
    assert.deepEqual(actual.dims, expected.dims);
    assert.ok(largestDifference(actual, expected) < 1e-6);
  });
}

Deno.test("half of an odd size, doubled again, keeps a slope where it was", async () => {
  const size = { height: 33, width: 47 };
  const slope = drawn(3, size, (c, y, x) => 0.01 * y - 0.02 * x + c);
  const { dims, ...back } = await computed(
    slope,
    (g, x) => doubled(g, blurredHalf(g, x, 3, size, 1), 3, size),
  );
  assert.deepEqual(dims, slope.dims);
  assert.ok(largestDifference({ dims, ...back }, slope, 8) < 1e-5);
});

Deno.test("a picture rolls round both axes, from not at all to all the way", async () => {
  const size = { height: 6, width: 8 };
  const picture = drawn(3, size, pattern);
  for (const [down, right] of [[0, 0], [2, 5], [6, 8]] as const) {
    const expected = drawn(3, size, (c, y, x) => pattern(c, (y + 6 - down) % 6, (x + 8 - right) % 8));
    const shift = intTensor([down, right]);
    const rolled = await computed(picture, (g, x) => roll(g, x, g.constant(shift), 3, size));
    assert.deepEqual(rolled, expected);
  }
});
