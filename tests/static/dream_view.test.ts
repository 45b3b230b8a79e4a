import assert from "node:assert/strict";
import { parseParameters } from "../../pipeline/settings/parameters.ts";
import { Meter } from "../../static/app/camera/meter.js";
import { sendingSize } from "../../static/app/camera/frame_grabber.js";
import { ended, follow } from "../../static/app/dream/follow.js";
import { LiveFeed } from "../../static/app/dream/live_feed.js";
import { clock, roughly } from "../../static/app/dream/words.js";
import type { Dream, FrameNews } from "../../static/app/types.ts";

const dream: Dream = {
  id: "0".repeat(32),
  name: "clip.mp4",
  state: "running",
  created: "2026-01-01T00:00:00.000Z",
  given: {},
  parameters: parseParameters({}),
  changes: [],
  source: { width: 640, height: 480, duration: 2, frameRate: 25, audio: false, bytes: 1000 },
  progress: { frames: 0, total: 50 },
  links: { self: "/", live: "/live", events: "/events", source: "/source" },
};

function frame(index: number): FrameNews {
  const news = {
    index,
    pts: index / 25,
    frames: index + 1,
    total: 50,
    seconds: index,
    fps: 1,
    eta: 49 - index,
  };
  return { type: "frame", ...news, loss: 0.5, motion: 0.01, visible: 0.9 };
}

const blob = new Blob();

Deno.test("a frame moves the progress on and nothing else", () => {
  const next = follow(dream, frame(7));
  assert.equal(next.progress.frames, 8);
  assert.equal(next.progress.total, 50);
  assert.equal(next.progress.eta, 42);
  assert.deepEqual({ ...next, progress: dream.progress }, dream);
});

Deno.test("a change is listed once, with its frame, and holds from then on", () => {
  const waiting = { ...dream, changes: [{ frame: null, at: dream.created, parameters: { blend: 0.4 } }] };
  const change = { type: "change", frame: 12, parameters: { blend: 0.4 } } as const;
  const next = follow(follow(waiting, change), change);
  assert.deepEqual(next.changes.map((one) => one.frame), [12]);
  assert.equal(next.parameters.blend, 0.4);
  assert.equal(next.parameters.octaves, dream.parameters.octaves);
});

Deno.test("the stream is linked as soon as there is one, and an end brings the dream with it", () => {
  assert.equal(follow(dream, { type: "hls", url: "/hls/index.m3u8" }).links.hls, "/hls/index.m3u8");
  const done = { ...dream, state: "done" as const };
  assert.equal(ended(dream), false);
  assert.equal(ended(follow(dream, { type: "done", dream: done })), true);
});

Deno.test("news of no account leave the dream as it is", () => {
  assert.equal(follow(dream, { type: "warning", message: "slow" }), dream);
  assert.equal(follow(dream, { type: "download", done: 1, total: 2 }), dream);
});

Deno.test("only the last pictures are kept, and they are found by their frame", () => {
  const feed = new LiveFeed();
  for (let index = 0; index < 40; index++) feed.add({ index, blob });
  assert.equal(feed.newest?.index, 39);
  assert.equal(feed.find(38)?.index, 38);
  assert.equal(feed.find(3), undefined);
});

Deno.test("who follows the pictures hears the newest at once, and no more after leaving", () => {
  const feed = new LiveFeed();
  const heard: number[] = [];
  feed.add({ index: 1, blob });
  const leave = feed.follow(({ index }) => heard.push(index));
  feed.add({ index: 2, blob });
  leave();
  feed.add({ index: 3, blob });
  assert.deepEqual(heard, [1, 2]);
});

Deno.test("waiting for another frame ends with it, with one that is there already, or with the signal", async () => {
  const feed = new LiveFeed();
  feed.add({ index: 5, blob });
  const { signal } = new AbortController();
  await feed.other(4, signal);
  const waiting = feed.other(5, signal);
  feed.add({ index: 6, blob });
  await waiting;
  await feed.other(6, AbortSignal.abort());
});

Deno.test("durations are told as one would say them", () => {
  const told = [3, 42, 61, 5 * 60, 2 * 3600, 30 * 3600, 72 * 3600].map(roughly);
  assert.deepEqual(told, [
    "a few seconds",
    "about 45 seconds",
    "about 1 minute",
    "about 5 minutes",
    "about 2 hours",
    "about 30 hours",
    "about 3 days",
  ]);
  assert.deepEqual([0, 7.9, 62, 3753].map(clock), ["0:00", "0:07", "1:02", "1:02:33"]);
});

Deno.test("the camera's figures are those of the last seconds", () => {
  const meter = new Meter();
  assert.equal(meter.fps, undefined);
  assert.equal(meter.delay, undefined);
  meter.add(9000, 0);
  for (let at = 10_000; at <= 12_000; at += 200) meter.add(at < 11_000 ? 100 : 160, at);
  assert.equal(Math.round(meter.fps! * 100) / 100, 5);
  assert(meter.delay! > 100 && meter.delay! < 160);
});

Deno.test("camera frames are sent at their own size up to a longest side, both sides even", () => {
  assert.deepEqual(sendingSize({ videoWidth: 640, videoHeight: 480 }, 640), { width: 640, height: 480 });
  assert.deepEqual(sendingSize({ videoWidth: 1920, videoHeight: 1080 }, 640), { width: 640, height: 360 });
  assert.deepEqual(sendingSize({ videoWidth: 481, videoHeight: 853 }, 640), { width: 360, height: 640 });
});
