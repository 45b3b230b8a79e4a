import assert from "node:assert/strict";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { eventually, facts, Harness } from "./harness.ts";

Deno.test("a dream waits, runs and is done, and its news and files say so", async () => {
  await using harness = await Harness.open();
  const { id, state, links } = await harness.create({ blend: 0.3 }, "../a/clip.mp4");
  assert.equal(state, "running");
  assert.deepEqual(Object.keys(links), ["self", "live", "events", "source"]);
  const { last } = harness.renderer;
  assert.equal(await Deno.readTextFile(last.job.input), "source");
  last.start(2);
  last.frame();
  last.writePlaylist();
  await eventually(() => harness.dreams.get(id).links.hls !== undefined);
  assert.deepEqual(harness.dreams.get(id).progress, {
    ...{ frames: 1, total: 2, seconds: 0.5, fps: 2, eta: 0.5, loss: 0.1, motion: 0.01, visible: 0.9 },
  });
  last.frame();
  last.finish();
  const done = await harness.until(id, "done");
  assert.equal(done.name, "clip.mp4");
  assert.equal(done.bytes, 4);
  assert.equal(done.progress.frames, 2);
  assert.equal(done.progress.eta, undefined);
  assert.equal(done.parameters.blend, 0.3);
  assert.deepEqual(Object.keys(done.links).slice(4), ["hls", "video", "poster", "before"]);
  assert.deepEqual(harness.folder(id), ["before.jpg", "hls", "poster.jpg", "source", "video.mp4"]);
  assert.deepEqual(harness.hub.told(id), [
    ...["state running", "state running", "frame", "hls", "frame", "done done"],
  ]);
  assert.deepEqual(harness.hub.ended, [id]);
  assert.deepEqual(harness.hub.pictures.map(({ picture }) => picture.index), [0, 1]);
});

Deno.test("one dream runs at a time, the others wait in order and move up", async () => {
  await using harness = await Harness.open();
  const [first, second, third] = [await harness.create(), await harness.create(), await harness.create()];
  assert.equal(harness.renderer.all.length, 1);
  assert.equal(second.queue?.position, 1);
  assert.equal(third.queue?.position, 2);
  assert.deepEqual(harness.dreams.list().map(({ id }) => id), [third.id, second.id, first.id]);
  assert.equal(harness.dreams.queueLength, 2);
  assert.deepEqual(harness.dreams.counts(), { queued: 2, running: 1, done: 0, failed: 0, cancelled: 0 });
  harness.renderer.last.start(1);
  harness.renderer.last.frame();
  harness.renderer.last.finish();
  await harness.until(second.id, "running");
  assert.equal(harness.dreams.get(third.id).queue?.position, 1);
  assert.equal(harness.hub.told(third.id).at(-1), "state queued");
});

Deno.test("the start of those that wait is estimated from the running dream's pace", async () => {
  await using harness = await Harness.open();
  await harness.create();
  const [second, third] = [await harness.create(), await harness.create()];
  assert.equal(second.queue?.estimatedStart, undefined);
  harness.renderer.last.start(10);
  for (let frame = 0; frame < 4; frame++) harness.renderer.last.frame();
  const seconds = (id: string) =>
    (Date.parse(harness.dreams.get(id).queue!.estimatedStart!) - Date.now()) / 1000;
  assert.ok(Math.abs(seconds(second.id) - 3) < 0.5, "six frames at two a second are left");
  assert.ok(Math.abs(seconds(third.id) - 8) < 0.5, "and ten more before the third");
});

Deno.test("a full queue refuses, and removes the upload", async () => {
  await using harness = await Harness.open({ limits: { queue: 1 } });
  await harness.create();
  await harness.create();
  const file = await harness.upload();
  const created = harness.dreams.create({
    file,
    name: "a",
    facts,
    given: {},
    parameters: parseParameters({}),
  });
  await assert.rejects(created, { code: "queue_full", status: 503 });
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
  await assert.rejects(harness.dreams.again(harness.renderer.last.job.output.split("/").at(-2)!), {
    code: "queue_full",
  });
  assert.equal(harness.dreams.list().length, 2);
});

Deno.test("as many as the queue takes get in when all come at once", async () => {
  await using harness = await Harness.open({ limits: { queue: 2 } });
  await harness.create();
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => harness.create()));
  assert.equal(all.filter(({ status }) => status === "fulfilled").length, 2);
  assert.equal(harness.dreams.queueLength, 2);
});

Deno.test("a dream keeps the settings that it began with: which network dreams is only known then", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create({ octaves: 2 });
  const { job } = harness.renderer.last;
  assert.deepEqual(job.wish?.given, { octaves: 2 });
  harness.renderer.last.start(2, { ...job.parameters, model: "googlenet", colour: 0.5 });
  const { parameters, given } = harness.dreams.get(id);
  assert.deepEqual([parameters.model, parameters.colour, parameters.octaves], ["googlenet", 0.5, 2]);
  assert.deepEqual(given, { octaves: 2 }, "what was asked for stays what it was");
});

Deno.test("a dream that fails says why, and the next one runs", async () => {
  await using harness = await Harness.open();
  const [first, second] = [await harness.create(), await harness.create()];
  harness.renderer.last.fail(new ReverieError("unusable_video", "the video breaks off"));
  const failed = await harness.until(first.id, "failed");
  assert.deepEqual(failed.error, { code: "unusable_video", message: "the video breaks off" });
  assert.equal(harness.hub.told(first.id).at(-1), "error failed");
  await harness.until(second.id, "running");
  harness.renderer.last.fail(new Error("a secret of the program"));
  const { error } = await harness.until(second.id, "failed");
  assert.deepEqual(error, { code: "internal", message: "the server failed; its log says more" });
});

Deno.test("a renderer that cannot begin fails the dream alone", async () => {
  await using harness = await Harness.open();
  const render = harness.renderer.render.bind(harness.renderer);
  harness.renderer.render = () => {
    throw new ReverieError("busy", "the renderer is busy");
  };
  const { id } = await harness.create();
  assert.equal((await harness.until(id, "failed")).error?.message, "the renderer is busy");
  harness.renderer.render = render;
  assert.equal((await harness.create()).state, "running");
});

Deno.test("a full disk is told as such, and what was unfinished makes room", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  harness.renderer.last.fail(Object.assign(new Error("No space left on device"), { code: "ENOSPC" }));
  assert.equal((await harness.until(id, "failed")).error?.code, "disk_full");
  assert.deepEqual(harness.folder(id), ["source"]);
});

Deno.test("a waiting dream and a running one can be cancelled, a done one cannot", async () => {
  await using harness = await Harness.open();
  const [first, second, third] = [await harness.create(), await harness.create(), await harness.create()];
  assert.equal((await harness.dreams.cancel(second.id)).state, "cancelled");
  assert.equal((await harness.dreams.cancel(first.id)).state, "cancelled");
  assert.deepEqual(harness.folder(first.id), ["source", "video.partial.mp4"]);
  assert.equal((await harness.dreams.cancel(first.id)).state, "cancelled", "twice is as good as once");
  assert.deepEqual(harness.hub.ended, [second.id, first.id]);
  await harness.until(third.id, "running");
  harness.renderer.last.finish();
  await harness.until(third.id, "done");
  await assert.rejects(harness.dreams.cancel(third.id), { code: "conflict" });
});

Deno.test("a removed dream leaves nothing, whether it waits, runs or has ended", async () => {
  await using harness = await Harness.open();
  const [first, second, third] = [await harness.create(), await harness.create(), await harness.create()];
  harness.renderer.last.frame();
  await harness.dreams.remove(second.id);
  await harness.dreams.remove(first.id);
  await harness.until(third.id, "running");
  harness.renderer.last.finish();
  await harness.until(third.id, "done");
  await harness.dreams.remove(third.id);
  assert.deepEqual(harness.dreams.list(), []);
  for (const { id } of [first, second, third]) {
    assert.equal(harness.folder(id), undefined);
    assert.throws(() => harness.dreams.get(id), { code: "not_found" });
  }
  await assert.rejects(harness.dreams.remove(first.id), { code: "not_found" });
});

Deno.test("what is no id of a dream is not found, and never a path", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  for (
    const forged of ["", "..", "../../etc/passwd", id.toUpperCase(), `${id}/`, "0".repeat(32), `${id}\n`]
  ) {
    assert.throws(() => harness.dreams.get(forged), { code: "not_found" });
    assert.throws(() => harness.dreams.files(forged), { code: "not_found" });
    await assert.rejects(harness.dreams.cancel(forged), { code: "not_found" });
    await assert.rejects(harness.dreams.remove(forged), { code: "not_found" });
    await assert.rejects(harness.dreams.change(forged, {}), { code: "not_found" });
    await assert.rejects(harness.dreams.again(forged), { code: "not_found" });
  }
});

Deno.test("again makes a dream of the same source with the settings as they were last", async () => {
  await using harness = await Harness.open();
  const old = await harness.create({ blend: 0.3, octaves: 2 });
  const changed = harness.dreams.change(old.id, { blend: 0.5 });
  harness.renderer.last.frame();
  await changed;
  const same = await harness.dreams.again(old.id);
  assert.deepEqual(same.given, { blend: 0.5, octaves: 2 });
  const other = await harness.dreams.again(old.id, { given: { octaves: 4 } });
  assert.equal(other.parameters.octaves, 4);
  assert.equal(other.parameters.blend, 0.5);
  const preset = await harness.dreams.again(old.id, { preset: "fast", given: { seed: 7 } });
  const look = settings({ preset: "fast", given: {} });
  assert.deepEqual([preset.preset, preset.given, preset.parameters.blend], ["fast", { seed: 7 }, look.blend]);
  await harness.dreams.remove(old.id);
  assert.equal(await Deno.readTextFile(harness.dreams.files(same.id).source), "source");
});

Deno.test("a dream whose rendering rests says so", async () => {
  await using harness = await Harness.open();
  const { id, paused } = await harness.create();
  assert.equal(paused, undefined);
  harness.renderer.held = true;
  assert.equal(harness.dreams.get(id).paused, true);
  assert.equal(harness.hub.told(id).length, 2);
  harness.renderer.held = false;
  assert.equal(harness.dreams.get(id).paused, undefined);
});

Deno.test("what somebody wants to see is asked of the renderer, also from before the start", async () => {
  await using harness = await Harness.open();
  const [first, second] = [await harness.create(), await harness.create()];
  harness.hub.see(second.id, true);
  harness.hub.see(first.id, true);
  harness.hub.see(first.id, false);
  assert.deepEqual(harness.renderer.last.seen, [true, false]);
  harness.renderer.last.finish();
  await harness.until(second.id, "running");
  assert.deepEqual(harness.renderer.last.seen, [true]);
});

Deno.test("layers that the network does not have are refused before anything is queued", async () => {
  await using harness = await Harness.open();
  const refused = { code: "invalid_parameter", field: "layers" };
  await assert.rejects(harness.create({ layers: ["conv9"] }), refused);
  assert.deepEqual(harness.dreams.list(), []);
  await harness.create({ seed: 1 });
  const waiting = await harness.create({ layers: ["mixed2"] });
  await assert.rejects(harness.dreams.change(waiting.id, { layers: ["conv9"] }), refused);
  assert.deepEqual(harness.dreams.get(waiting.id).parameters.layers, ["mixed2"]);
});

Deno.test("weights of RAFT that are not here are refused before the upload is moved or anything queued", async () => {
  await using harness = await Harness.open();
  const refused = { code: "invalid_parameter", field: "flowModel", status: 400 };
  await assert.rejects(harness.create({ flowModel: "raft-large" }), refused);
  assert.deepEqual(harness.dreams.list(), []);
  await harness.create({ flow: "dis", flowModel: "raft-large" });
  await harness.create({ independent: true, flow: "raft" });
  const waiting = await harness.create({ flow: "raft" });
  await assert.rejects(harness.dreams.change(waiting.id, { flowModel: "raft-large" }), refused);
  await assert.rejects(harness.dreams.again(waiting.id, { given: { flowModel: "raft-large" } }), refused);
  assert.equal(harness.dreams.get(waiting.id).parameters.flowModel, undefined);
  assert.equal(harness.dreams.list().length, 3);
});
