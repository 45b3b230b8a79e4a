import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import { floatTensor } from "../../../models/onnx/model.ts";
import { contrastGraph } from "../../../pipeline/dreamer/contrast.ts";
import { Dreamer, type DreamerOptions } from "../../../pipeline/dreamer/dreamer.ts";
import { tilted, turned, turnedBack } from "../../../pipeline/dreamer/turn.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { picture, referenceNetwork, size } from "./reference_network.ts";

Deno.test("a picture is turned by quarters, and back", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const dims = [1, 1, 2, 3];
  const expected = ["123456", "654321", "362514", "415263"];
  for (const [isTilted, half] of [[false, 0], [false, 1], [true, 0], [true, 1]] as const) {
    const g = new GraphBuilder();
    const turn = { isTilted, half: g.input("half", "float32", []) };
    const there = turned(g, g.input("x", "float32", dims), turn);
    g.output("there", there, "float32");
    g.output("back", turnedBack(g, there, turn), "float32");
    const session = await engine.load(g.build());
    const x = floatTensor([1, 2, 3, 4, 5, 6], dims);
    const { there: seen, back } = await session.run<"there" | "back">({ x, half: floatTensor([half], []) });
    assert.deepEqual((await back.take()).data, x.data);
    const { dims: shape, data } = await seen.take();
    const { height, width } = isTilted ? tilted({ height: 2, width: 3 }) : { height: 2, width: 3 };
    assert.deepEqual(shape, [1, 1, height, width]);
    assert.equal(data.join(""), expected[2 * Number(isTilted) + half]);
  }
});

const plain: DreamerOptions = {
  ...{ layers: ["second"], loss: "l2", smoothing: "none", colour: 1, tvWeight: 0 },
};

async function dreamed(engine: Engine, options: DreamerOptions, seed = 3): Promise<Float32Array> {
  const dreamer = await Dreamer.create(engine, referenceNetwork(), [size], options);
  const random = new Random(seed);
  const given = await engine.put(picture);
  const result = await dreamer.dream(given, { steps: 5, passes: 1, rate: 4 / 255, jitter: 4, random });
  assert.ok(result.loss > 0);
  return (await result.picture.take()).data as Float32Array;
}

Deno.test("random transforms change the dream, with every optimiser", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const differ = (a: Float32Array, b: Float32Array) => a.some((value, i) => Math.abs(value - b[i]!) > 0.01);
  for (const optimizer of ["ascent", "adam", "lbfgs"] as const) {
    const [none, flip, all] = [
      await dreamed(engine, { ...plain, optimizer }),
      await dreamed(engine, { ...plain, optimizer, randomTransforms: "flip" }),
      await dreamed(engine, { ...plain, optimizer, randomTransforms: "all" }),
    ];
    assert.ok(differ(none, flip) && differ(none, all) && differ(flip, all), optimizer);
    assert.ok(all.every((value) => value >= 0 && value <= 1), optimizer);
  }
});

Deno.test("the wanted percentile becomes white, and stays there from step to step", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(contrastGraph(size, 90, [0.5, 0.5, 0.5]));
  let given: Parameters<typeof session.run>[0][string] = picture;
  for (let pass = 0; pass < 2; pass++) given = (await session.run<"stretched">({ picture: given })).stretched;
  const data = ("take" in given ? await given.take() : given).data as Float32Array;
  const white = data.filter((value) => value > 0.999).length / data.length;
  assert.ok(white > 0.09 && white < 0.12, `${white}`);
  const spread = (values: ArrayLike<number>) =>
    Math.max(...Array.from(values)) - Math.min(...Array.from(values));
  assert.ok(spread(data) > 1.5 * spread(picture.data));
  assert.ok(spread(await dreamed(engine, { ...plain, adjustContrast: 90 })) > 0.99);
});
