import assert from "node:assert/strict";
import { playlistOf } from "./playlist.ts";

Deno.test("a growing playlist gives its header and its segments", () => {
  const text = [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    "#EXT-X-TARGETDURATION:1",
    "#EXT-X-PLAYLIST-TYPE:EVENT",
    '#EXT-X-MAP:URI="init.mp4"',
    "#EXTINF:1.001000,",
    "index0.m4s",
    "#EXTINF:0.500500,",
    "index1.m4s",
    "",
  ].join("\n");
  assert.deepEqual(playlistOf(text), {
    header: "init.mp4",
    segments: [{ name: "index0.m4s", seconds: 1.001 }, { name: "index1.m4s", seconds: 0.5005 }],
  });
});

Deno.test("what is no playlist is refused", () => {
  assert.throws(() => playlistOf('{"error": {}}'), /no playlist/);
});
