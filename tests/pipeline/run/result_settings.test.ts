import assert from "node:assert/strict";
import { join } from "node:path";
import { encode } from "../../../pipeline/encode.ts";
import { resultComment, settingsOfResult } from "../../../pipeline/run/result_settings.ts";
import { defaults } from "../../../pipeline/settings/parameters.ts";
import { inFolder } from "../clips.ts";
import { small } from "../ffmpeg/copy.ts";

const parameters = {
  ...defaults,
  model: "/films/夢 {net}.onnx",
  layers: ["a}b", 'c"d'],
  colour: 0.31,
  mean: [1, 2, 3] as [number, number, number],
};

async function* greyFrames(count: number) {
  for (let index = 0; index < count; index++) {
    yield await Promise.resolve({
      pts: index / 25,
      duration: 0.04,
      rgb: new Uint8Array(64 * 48 * 3).fill(90),
    });
  }
}

for (const name of ["a.mp4", "a.mkv", "a.webm", "a.gif", "a.png", "a.jpg"]) {
  Deno.test(`${name} holds the settings that made it`, () =>
    inFolder(async (folder) => {
      const path = join(folder, name);
      const metadata = { comment: resultComment("net.onnx", parameters) };
      const frames = greyFrames(/png|jpg/.test(name) ? 1 : 2);
      await Array.fromAsync(encode(frames, { ...small, path, metadata }));
      assert.deepEqual(await settingsOfResult(path), JSON.parse(JSON.stringify(parameters)));
    }));
}

Deno.test("settings of another version that are unknown here are left out", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.png");
    const metadata = { comment: resultComment("n", Object.assign({ seed: 4 }, { fogDepth: 3 })) };
    await Array.fromAsync(encode(greyFrames(1), { ...small, path, metadata }));
    assert.deepEqual(await settingsOfResult(path), { seed: 4 });
  }));

Deno.test("a file that Reverie did not make is refused in one line", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.png");
    await Array.fromAsync(encode(greyFrames(1), { ...small, path }));
    await assert.rejects(settingsOfResult(path), /does not say how it was made: give a result of Reverie/);
    await assert.rejects(settingsOfResult(join(folder, "none.mp4")), /is not there/);
  }));
