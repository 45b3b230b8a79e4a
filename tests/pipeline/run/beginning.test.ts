import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { dreamFrame } from "../../../pipeline/run/dream_frame.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { smallNetwork } from "../../small_network.ts";

Deno.test("a dream of noise shows nothing of the frame, and their options work together", async () => {
  const folder = await Deno.makeTempDir();
  const input = join(folder, "in.png");
  const half = { create: { width: 60, height: 96, channels: 3, background: "white" } } as const;
  await sharp({ create: { width: 120, height: 96, channels: 3, background: "black" } })
    .composite([{ input: await sharp(half).png().toBuffer(), left: 0, top: 0 }]).png().toFile(input);
  const parameters = {
    ...{ ...smallNetwork, imageSize: 96, octaves: 1, firstIterations: 2, smoothing: "none", colour: 1 },
    ...{ optimizer: "adam", loss: "norm", channels: [3], channelMode: "strong", randomTransforms: "flip" },
    ...{ normPercent: 50, percentMode: "slow", adjustContrast: 99.98, l2Weight: 0.1, tvWeight: 0.001 },
  };
  const contrastOf = async (init: "image" | "random") => {
    const { dreamed } = await dreamFrame({
      input,
      parameters: parseParameters({ ...parameters, init }),
      providers: ["cpu"],
    });
    const { width, height, data } = dreamed;
    let sides = 0;
    for (let i = 0; i < data.length; i++) sides += (i % (3 * width) < 1.5 * width ? 1 : -1) * data[i]!;
    return Math.abs(sides) / (1.5 * width * height);
  };
  assert.ok(await contrastOf("random") < 30);
  await Deno.remove(folder, { recursive: true });
});
