import assert from "node:assert/strict";
import { dreamFrame } from "../../../pipeline/run/dream_frame.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { checkLayers } from "../../../pipeline/run/check_layers.ts";
import { ReverieError } from "../../../models/errors.ts";
import { smallNetwork } from "../../small_network.ts";

const sample = new URL("../../../static/sample.mp4", import.meta.url).pathname;
const parameters = parseParameters({
  ...smallNetwork,
  imageSize: 96,
  octaves: 1,
  firstIterations: 2,
});

Deno.test("dreamFrame() dreams the frame that is shown at a moment", async () => {
  const first = await dreamFrame({ input: sample, parameters });
  const later = await dreamFrame({ input: sample, at: 1, parameters });
  assert.deepEqual([first.dreamed.width, first.dreamed.height, first.dreamed.channels], [480, 270, 3]);
  assert.notDeepEqual(first.dreamed.data, first.source.data);
  assert.notDeepEqual(first.source.data, later.source.data);
  assert.ok(first.loss > 0);
});

Deno.test("dreamFrame() says how long a video is when asked for a moment after its end", async () => {
  await assert.rejects(
    dreamFrame({ input: sample, at: 99, parameters }),
    (error) => error instanceof ReverieError && /no frame at 99 s/.test(error.message),
  );
});

Deno.test("checkLayers() takes what can dream and names what cannot", async () => {
  await checkLayers(parameters);
  await assert.rejects(checkLayers({ ...parameters, layers: ["mixed99"] }), /no layer "mixed99"/);
  await assert.rejects(checkLayers({ ...parameters, channels: [5000] }), /no channel 5000/);
});
