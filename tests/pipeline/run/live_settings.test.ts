import assert from "node:assert/strict";
import { join } from "node:path";
import { dreamVideo } from "../../../pipeline/run/dream_video.ts";
import type { Parameters } from "../../../pipeline/settings/parameters.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import type { WatchedFrame } from "../../../pipeline/watch.ts";
import { smallNetwork } from "../../small_network.ts";

const sample = new URL("../../../static/sample.mp4", import.meta.url).pathname;
/** Frame rate of the sample. */
const sampleRate = 24;

const small = {
  ...smallNetwork,
  imageSize: 96,
  flowSize: 64,
  octaves: 1,
  firstIterations: 2,
  octaveIterations: 2,
};

/** The first frames of a dream as a viewer sees them. */
async function watched(
  frames: number,
  settings: (index: number) => Parameters,
  wantsMotion = () => false,
): Promise<WatchedFrame[]> {
  const folder = await Deno.makeTempDir();
  const seen: WatchedFrame[] = [];
  try {
    const events = dreamVideo({
      input: sample,
      output: join(folder, "dream.mp4"),
      parameters: settings(0),
      settings,
      duration: (frames - 0.5) / sampleRate,
      watch: { wantsMotion, frame: (frame) => void seen.push(frame) },
    });
    for await (const _ of events);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return seen;
}

Deno.test("settings that change at a frame leave the frames before it as they were", async () => {
  const before = parseParameters(small);
  const after = parseParameters({ ...small, layers: ["399"], learningRate: 12, blend: 0.9 });
  const asked: number[] = [];
  const plain = await watched(4, () => before);
  const changed = await watched(4, (index) => {
    asked.push(index);
    return index < 2 ? before : after;
  });
  assert.deepEqual(asked.slice(1), [0, 1, 2, 3], "settings are asked once per frame");
  for (const index of [0, 1]) {
    assert.deepEqual(changed[index]!.dreamed.data, plain[index]!.dreamed.data, `frame ${index}`);
  }
  for (const index of [2, 3]) {
    assert.notDeepEqual(changed[index]!.dreamed.data, plain[index]!.dreamed.data, `frame ${index}`);
  }
});

Deno.test("a watcher sees every frame before and after, and its motion where it wants that", async () => {
  let wanted = 0;
  const seen = await watched(3, () => parseParameters(small), () => wanted++ > 0);
  assert.deepEqual(seen.map(({ index }) => index), [0, 1, 2]);
  for (const { dreamed, source } of seen) {
    assert.deepEqual([dreamed.width, dreamed.height, source.width, source.height], [480, 270, 480, 270]);
    assert.equal(dreamed.data.length, 480 * 270 * 3);
    assert.notDeepEqual(dreamed.data, source.data);
  }
  assert.equal(seen[0]!.flow, undefined, "the first frame has no motion");
  assert.equal(seen[1]!.flow, undefined, "not wanted yet");
  assert.deepEqual([seen[2]!.flow?.width, seen[2]!.flow?.channels, seen[2]!.mask?.channels], [114, 3, 1]);
});
