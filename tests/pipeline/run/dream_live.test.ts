import assert from "node:assert/strict";
import { dreamLive, type LiveFrame, type LiveStart } from "../../../pipeline/run/dream_live.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { smallNetwork } from "../../small_network.ts";

const parameters = parseParameters({
  ...smallNetwork,
  imageSize: 96,
  flowSize: 64,
  octaves: 1,
  firstIterations: 1,
  octaveIterations: 1,
});

/** A ramp that moves to the right, 160x120. */
function* ramps(): Generator<LiveFrame> {
  for (let id = 10; id < 40; id += 10) {
    const rgb = new Uint8Array(160 * 120 * 3);
    for (let i = 0; i < rgb.length; i++) rgb[i] = (Math.trunc(i / 3) % 160 + id) * 5 % 256;
    yield { id, rgb };
  }
}

Deno.test("dreamLive() dreams each frame before it asks for the next", async () => {
  let asked = 0;
  async function* frames() {
    for (const frame of ramps()) {
      await Promise.resolve();
      asked++;
      yield frame;
    }
  }
  let start: LiveStart | undefined;
  const ids: number[] = [];
  for await (
    const { id, rgb, loss } of dreamLive(frames(), {
      width: 160,
      height: 120,
      parameters,
      onStart: (told) => start = told,
    })
  ) {
    ids.push(id);
    assert.equal(asked, ids.length);
    assert.equal(rgb.length, 160 * 120 * 3);
    assert.ok(loss > 0);
  }
  assert.deepEqual(ids, [10, 20, 30]);
  assert.deepEqual([start?.workingWidth, start?.workingHeight, start?.provider], [96, 72, "cpu"]);
});
