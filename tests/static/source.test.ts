import assert from "node:assert/strict";
import { objection } from "../../static/app/source.js";

function file(name: string, type: string, bytes = 1): File {
  return new File([new Uint8Array(bytes)], name, { type });
}

Deno.test("what may be a video is left to the server", () => {
  assert.equal(objection(file("a.mp4", "video/mp4"), 100), undefined);
  assert.equal(objection(file("a.mkv", ""), 100), undefined);
  assert.equal(objection(file("a.gif", "image/gif"), 100), undefined);
});

Deno.test("what is certainly no video, empty or too large is told before it is sent", () => {
  assert.match(objection(file("a.txt", "text/plain"), 100)!, /“a\.txt” is not a video/);
  assert.match(objection(file("a.png", "image/png"), 100)!, /is not a video/);
  assert.match(objection(file("a.mp4", "video/mp4", 0), 100)!, /is empty/);
  assert.match(objection(file("a.mp4", "video/mp4", 3_000_001), 3e6)!, /too large.*up to 3 MB/);
});
