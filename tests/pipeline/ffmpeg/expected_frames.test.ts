import assert from "node:assert/strict";
import { expectedFrames } from "../../../pipeline/ffmpeg/expected_frames.ts";

Deno.test("a part has the frames that begin in it, a whole source all of them", () => {
  const source = { frames: 100, frameRate: 25, duration: 4 };
  assert.equal(expectedFrames(source), 100);
  assert.equal(expectedFrames(source, { from: 1 }), 75);
  assert.equal(expectedFrames(source, { from: 1.23, duration: 0.5 }), 13);
  assert.equal(expectedFrames(source, { duration: 0.2 }), 5);
  assert.equal(expectedFrames(source, { from: 3.9, duration: 9 }), 3);
  assert.equal(expectedFrames(source, { from: 9 }), 1, "what cannot be is refused elsewhere");
});

Deno.test("sound that is longer than the picture does not lower the rate; a rate that is not kept to is not believed", () => {
  assert.equal(expectedFrames({ frames: 100, frameRate: 25, duration: 5, videoEnd: 4 }, { duration: 2 }), 50);
  assert.equal(expectedFrames({ frames: 40, frameRate: 60, duration: 4 }, { duration: 2 }), 20);
  assert.equal(expectedFrames({ frameRate: 10, duration: 2 }), 20);
});
