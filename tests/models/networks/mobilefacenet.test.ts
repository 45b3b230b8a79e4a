import assert from "node:assert/strict";
import { catalogEntry } from "../../../models/catalog.ts";
import { gradientModel } from "../../../models/gradient/gradient.ts";
import { prepare } from "../../../models/gradient/prepare.ts";
import { drawInput, runModel } from "../../reference/check_gradient.ts";
import { Random } from "../../reference/random.ts";
import { climb, slopeError } from "./ascent.ts";
import { fetchedNetwork } from "./fetched.ts";
import { testWith } from "../../needs.ts";

const mobileFaceNet = await fetchedNetwork("mobilefacenet");

testWith(mobileFaceNet, "MobileFaceNet dreams at any size, though its file declares one", async () => {
  const network = await mobileFaceNet.open();
  assert.deepEqual(network.model.graph.inputs[0]!.dims, [1, 3, 112, 112]);
  const { model } = prepare(network.model, { layers: network.defaultLayers, inputShape: [1, 3, 97, 130] });
  const picture = drawInput(new Random(1), [1, 3, 97, 130]);
  assert.deepEqual((await runModel(model, { input: picture })).get("399")!.dims, [1, 256, 25, 33]);
});

testWith(
  mobileFaceNet,
  "MobileFaceNet has a gradient at odd sizes, and a dream climbs along it",
  async () => {
    const network = await mobileFaceNet.open();
    for (const size of [[network.minimumSize, network.minimumSize], [97, 130]]) {
      const start = drawInput(new Random(2), [1, 3, ...size]);
      const error = await slopeError(network, start);
      assert.ok(error < 0.02, `${size}: the slope is off by ${error}`);
      const losses = await climb(network, start, 4);
      assert.ok(losses.every((loss, i) => i === 0 || loss > losses[i - 1]!), `${size}: ${losses}`);
    }
  },
);

testWith(
  mobileFaceNet,
  "every layer of MobileFaceNet that the catalogue names exists at its smallest size",
  async () => {
    const network = await mobileFaceNet.open();
    const inputShape = [1, 3, network.minimumSize, network.minimumSize];
    gradientModel(network.model, { layers: catalogEntry("mobilefacenet").layers, inputShape });
  },
);
