import assert from "node:assert/strict";
import { catalogEntry } from "../../../models/catalog.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { prepare } from "../../../models/gradient/prepare.ts";
import { GraphBuilder } from "../../../models/onnx/build.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { compare, drawInput, runModel } from "../../reference/check_gradient.ts";
import { evaluate } from "../../reference/evaluate.ts";
import { type NdArray, ndArray } from "../../reference/nd_array.ts";
import { Random } from "../../reference/random.ts";
import { climb, slopeError } from "./ascent.ts";
import { fetchedNetwork } from "./fetched.ts";
import { testWith } from "../../needs.ts";

const dlibFace = await fetchedNetwork("dlib-face");

/** Means over the last block's rows and columns, from tests/fixtures/make_dlib_face_reference.ts. */
interface Reference {
  size: number;
  means: number[];
}

/** The picture of make_dlib_face_reference.ts as normalised by face-api.js. */
function picture(size: number): NdArray {
  const mean = [122.782, 117.001, 104.298];
  const values = Array.from({ length: 3 * size * size }, (_, i) => {
    const [c, y, x] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size] as const;
    return ((x * x + 3 * (c + 1) * x * y + 7 * y * y + 29 * c) % 256 - mean[c]!) / 255;
  });
  return ndArray([1, 3, size, size], values);
}

function meansPerChannel({ dims, data }: NdArray, channels: number): NdArray {
  const area = dims[2]! * dims[3]!;
  const mean = (channel: number) =>
    data.subarray(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value, 0) / area;
  return ndArray([channels], Array.from({ length: channels }, (_, channel) => mean(channel)));
}

testWith(dlibFace, "dlib's network computes what face-api.js computes", async () => {
  const network = await dlibFace.open();
  const url = new URL("../../fixtures/dlib_face.json", import.meta.url);
  const cases: Reference[] = JSON.parse(await Deno.readTextFile(url));
  for (const { size, means } of cases) {
    const values = await runModel(network.model, { picture: picture(size) });
    const actual = meansPerChannel(values.get("conv256_down_out")!, means.length);
    assert.deepEqual(compare(`${size}x${size}`, actual, ndArray([means.length], means), 1e-5), []);
  }
});

/** `conv64_down` at one size, with explicit padding and the network's own kernels. */
function halvingBlock({ graph }: Model, x: NdArray, missing: [rows: number, columns: number]): NdArray {
  const g = new GraphBuilder();
  const weight = (name: string) => g.constant(graph.initializers.get(`conv64_down/${name}`)!, name);
  const input = g.input("x", "float32", x.dims);
  const small = g.conv(input, weight("conv1/kernel"), weight("conv1/bias"), { strides: [2, 2] });
  const deep = g.conv(g.relu(small), weight("conv2/kernel"), weight("conv2/bias"), { pads: [1, 1, 1, 1] });
  const grown = g.op("Pad", [deep, g.ints(0, 0, 0, 0, 0, 0, ...missing)]);
  const pooled = g.op("AveragePool", [input], { kernel_shape: [2, 2], strides: [2, 2] });
  const wide = g.op("Pad", [pooled, g.ints(0, 0, 0, 0, 0, 32, 0, 0)]);
  const sum = g.relu(g.add(grown, wide));
  return evaluate(g.build(), { x }).get(sum)!;
}

for (
  const { size, missing } of [
    { size: [72, 83], missing: [1, 0] },
    { size: [83, 72], missing: [0, 1] },
    { size: [72, 73], missing: [1, 1] },
    { size: [83, 84], missing: [0, 0] },
  ] as { size: [number, number]; missing: [number, number] }[]
) {
  testWith(
    dlibFace,
    `dlib's halving block adds zeros where a side is even: a picture of ${size.join("x")}`,
    async () => {
      const network = await dlibFace.open();
      const { model } = prepare(network.model, {
        layers: ["conv32_3", "conv64_down"],
        inputShape: [1, 3, ...size],
      });
      const values = await runModel(model, { picture: drawInput(new Random(1), [1, 3, ...size], -0.5, 0.5) });
      const below = values.get("conv32_3")!;
      assert.deepEqual(below.dims.slice(2).map((side) => 1 - side % 2), missing);
      const expected = halvingBlock(network.model, below, missing);
      assert.deepEqual(compare("conv64_down", values.get("conv64_down"), expected, 1e-5), []);
    },
  );
}

testWith(dlibFace, "dlib's network has a gradient at odd sizes, and a dream climbs along it", async () => {
  const network = await dlibFace.open();
  const { preprocessing: { mean, scale }, minimumSize } = network;
  assert.ok(Math.abs((1 - mean[0]) * scale[0] - (255 - 122.782) / 256) < 1e-9);
  for (const size of [[minimumSize, minimumSize], [131, 99], [97, 128]]) {
    const start = drawInput(new Random(2), [1, 3, ...size], -0.5, 0.5);
    const error = await slopeError(network, start);
    assert.ok(error < 0.02, `${size}: the slope is off by ${error}`);
    const losses = await climb(network, start, 4);
    assert.ok(losses.every((loss, i) => i === 0 || loss > losses[i - 1]!), `${size}: ${losses}`);
  }
});

testWith(
  dlibFace,
  "every layer of dlib's network that the catalogue names exists at its smallest size",
  async () => {
    const network = await dlibFace.open();
    const inputShape = [1, 3, network.minimumSize, network.minimumSize];
    gradientModel(network.model, { layers: catalogEntry("dlib-face").layers, inputShape });
  },
);
