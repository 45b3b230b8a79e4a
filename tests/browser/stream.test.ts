/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { withLongClip } from "./clips.ts";
import { keepPicture } from "./picture_keeper.ts";
import { contrast, pixelsOf } from "./pictures.ts";
import { browserTest, dreamOf, eventually, shows, slow, type Visit } from "./visit.ts";

/** Waits until the playlist lists the given number of segments; returns it. */
async function playlistWith({ server }: Visit, id: string, segments: number): Promise<string> {
  let text = "";
  await eventually(`there are ${segments} segments`, async () => {
    text = await (await server.ask(`/api/dreams/${id}/hls/index.m3u8`)).text();
    return text.split("#EXTINF").length > segments;
  });
  return text;
}

/** Observations of a video that played. */
interface Playing {
  /** Position at the start, in seconds. */
  start: number;
  /** Position at the end, in seconds. */
  end: number;
  /** Longest skipped part, in seconds. */
  jump: number;
  /** Longest stall in seconds while more than half a second was buffered. */
  stall: number;
}

/** Watches a video play up to a position. */
function watch(video: Locator, until: number): Promise<Playing> {
  return video.evaluate((element, until) => {
    const video = element as HTMLVideoElement;
    const ahead = () => {
      const { buffered, currentTime } = video;
      return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
    };
    return new Promise<Playing>((resolve) => {
      let position = video.currentTime, moved = performance.now(), stall = 0;
      const timer = setInterval(() => {
        const now = performance.now();
        if (video.currentTime > position) {
          position = video.currentTime;
          moved = now;
        } else if (ahead() < 0.5) moved = now;
        else stall = Math.max(stall, (now - moved) / 1000);
        if (position < until) return;
        clearInterval(timer);
        // The browser's own records do not depend on the time of this look.
        const { played } = video;
        let jump = 0;
        for (let i = 1; i < played.length; i++) jump = Math.max(jump, played.start(i) - played.end(i - 1));
        resolve({ start: played.start(0), end: position, jump, stall });
      }, 50);
    });
  }, until);
}

browserTest(
  "the stream plays from its start while its end is still being dreamed",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip, { model: "inception-v3" });
      const playlist = await playlistWith(visit, id, 3);
      assert.match(playlist, /#EXT-X-PLAYLIST-TYPE:EVENT/);
      await go(`#/dream/${id}`);
      await page.getByRole("button", { name: "Watch from the start" }).click();
      const player = page.locator("#player");
      await player.waitFor();
      const { start, end, jump, stall } = await watch(player, 2.2);
      await keepPicture(page, "stream");
      assert.equal(server.dreams.get(id).state, "running", "it is still being dreamed");
      assert.ok(start < 0.5, `it began at ${start} s`);
      assert.ok(end < 4, `it is at ${end} s`);
      assert.ok(stall < 1, `it stood still for ${stall} s`);
      assert.ok(jump < 0.3, `it jumped by ${jump} s`);
      assert.ok(contrast(await pixelsOf(player)) > 10, "it shows something");
      await server.dreams.cancel(id);
      await shows(page, "cancelled");
      await page.getByRole("button", { name: "What was dreamed" }).waitFor();
    }),
);

browserTest(
  "who has caught up with the dream goes on as soon as there is more",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      // Slower than playback, so that the player runs dry.
      const { id } = await dreamOf(visit, clip, { ...slow, imageSize: 192 });
      await go(`#/dream/${id}`);
      await page.getByRole("button", { name: "Watch from the start" }).click();
      await page.locator("#player-note", { hasText: "You have caught up with the dream" }).waitFor();
      await keepPicture(page, "stream caught up");
      const position = await page.locator("#player").evaluate((video) =>
        (video as HTMLVideoElement).currentTime
      );
      await watch(page.locator("#player"), position + 0.5);
      assert.equal(server.dreams.get(id).state, "running");
    }),
);
