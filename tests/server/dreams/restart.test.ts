import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { DreamView } from "../../../server/dreams/dream.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { Harness } from "./harness.ts";

/** The fields that do not depend on a dream's position in the queue. */
const lasting = ({ id, name, given, parameters, created, source, error }: DreamView) => ({
  ...{ id, name, given, parameters, created, source, error },
});

Deno.test("after a restart the list is as it was and what was running goes first", async () => {
  await using harness = await Harness.open();
  const done = await harness.create({ seed: 1 });
  harness.renderer.last.frame();
  harness.renderer.last.finish();
  await harness.until(done.id, "done");
  const running = await harness.create({ seed: 2 });
  const waiting = await harness.create({ seed: 3 });
  harness.renderer.last.start(10);
  for (let frame = 0; frame < 4; frame++) harness.renderer.last.frame();
  const before = harness.dreams.list();
  await harness.reopen();
  assert.deepEqual(harness.dreams.list().map(lasting), before.map(lasting));
  assert.deepEqual(harness.dreams.list().map(({ state }) => state), ["queued", "running", "done"]);
  assert.equal(harness.dreams.get(running.id).state, "running");
  assert.equal(harness.dreams.get(running.id).progress.frames, 0);
  assert.equal(harness.dreams.get(waiting.id).queue?.position, 1);
  assert.deepEqual(harness.dreams.get(done.id), before[2]);
  assert.deepEqual(harness.folder(done.id), ["before.jpg", "poster.jpg", "source", "video.mp4"]);
});

Deno.test("changes are repeated at their frames after a restart, those that had not begun where it had come to", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create({ blend: 0.3 });
  harness.renderer.last.frame();
  const first = harness.dreams.change(id, { blend: 0.5 });
  harness.renderer.last.frame();
  await first;
  harness.renderer.last.frame();
  const pending = assert.rejects(harness.dreams.change(id, { blend: 0.7 }), { code: "conflict" });
  await harness.reopen();
  await pending;
  const { job } = harness.renderer.last;
  assert.equal(job.parameters.blend, 0.3);
  assert.deepEqual(job.changes, [
    { frame: 1, parameters: { blend: 0.5 } },
    { frame: 3, parameters: { blend: 0.7 } },
  ]);
  assert.equal(harness.dreams.get(id).parameters.blend, 0.7);
});

Deno.test("what is changed while a dream is made again holds against later changes of the first time", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create({ blend: 0.3 });
  for (let frame = 0; frame < 3; frame++) harness.renderer.last.frame();
  const late = harness.dreams.change(id, { blend: 0.5, jitter: 7 });
  harness.renderer.last.frame();
  await late;
  await harness.reopen();
  const early = harness.dreams.change(id, { blend: 0.9 });
  harness.renderer.last.frame();
  await early;
  await harness.reopen();
  assert.deepEqual(harness.renderer.last.job.changes, [
    { frame: 0, parameters: { blend: 0.9 } },
    { frame: 3, parameters: { jitter: 7 } },
  ]);
});

Deno.test("a server that was killed goes on as well", async () => {
  await using harness = await Harness.open();
  await harness.close();
  const script = new URL("killed_server.ts", import.meta.url);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script.href, harness.data],
    stdout: "piped",
    stderr: "inherit",
  }).output();
  assert.equal(success, false);
  const [running, waiting] = JSON.parse(new TextDecoder().decode(stdout)) as string[];
  await harness.reopen();
  assert.equal(harness.dreams.get(running!).state, "running");
  assert.deepEqual(harness.renderer.last.job.changes, [{ frame: 1, parameters: { blend: 0.5 } }]);
  assert.equal(harness.dreams.get(waiting!).queue?.position, 1);
});

Deno.test("a folder that no dream belongs to is removed, other files are left alone", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  await harness.close();
  const stray = join(harness.data, "dreams", "a".repeat(32));
  const foreign = join(harness.data, "dreams", "notes");
  await Deno.mkdir(stray);
  await Deno.writeTextFile(join(stray, "source"), "never queued");
  await Deno.mkdir(foreign);
  await harness.reopen();
  assert.equal(harness.folder("a".repeat(32)), undefined);
  assert.equal((await Deno.stat(foreign)).isDirectory, true);
  assert.notEqual(harness.folder(id), undefined);
});

Deno.test("folders are left alone when the database was lost", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  await harness.close();
  for (const name of ["reverie.sqlite", "reverie.sqlite-wal"]) {
    await Deno.remove(join(harness.data, name)).catch(() => {});
  }
  await harness.reopen();
  assert.deepEqual(harness.dreams.list(), []);
  assert.notEqual(harness.folder(id), undefined);
});

Deno.test("a dream without a source or video fails, one of which nothing is left is forgotten", async () => {
  await using harness = await Harness.open();
  const [done, cancelled] = [await harness.create(), await harness.create()];
  await harness.dreams.cancel(cancelled.id);
  harness.renderer.last.finish();
  await harness.until(done.id, "done");
  const [running, waiting] = [await harness.create(), await harness.create()];
  await harness.close();
  await Deno.remove(join(harness.data, "dreams", done.id, "video.mp4"));
  await Deno.remove(join(harness.data, "dreams", cancelled.id), { recursive: true });
  await Deno.remove(join(harness.data, "dreams", running.id), { recursive: true });
  await Deno.remove(join(harness.data, "dreams", waiting.id, "source"));
  await harness.reopen();
  assert.deepEqual(harness.dreams.list().map(({ id, state }) => [id, state]), [
    [waiting.id, "failed"],
    [running.id, "failed"],
    [done.id, "failed"],
  ]);
  assert.match(harness.dreams.get(waiting.id).error!.message, /source is gone/);
  assert.equal(harness.renderer.all.length, 0);
});

Deno.test("a video that was finished just before the end needs no second rendering", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  harness.renderer.last.start(3);
  harness.renderer.last.frame();
  await harness.close();
  await Deno.rename(
    harness.renderer.last.job.output.replace(".mp4", ".partial.mp4"),
    harness.renderer.last.job.output,
  );
  await harness.reopen();
  const { state, bytes, progress } = harness.dreams.get(id);
  assert.deepEqual([state, bytes, progress.frames], ["done", 4, 3]);
  assert.equal(harness.renderer.all.length, 0);
});

Deno.test("what an unfinished rendering left is cleared before the next", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  harness.renderer.last.writePlaylist();
  await harness.close();
  const folder = join(harness.data, "dreams", id);
  await Deno.writeTextFile(join(folder, ".video.finishing.mp4"), "half");
  await harness.reopen();
  assert.deepEqual(harness.folder(id), ["source", "video.partial.mp4"]);
  assert.equal(harness.dreams.get(id).links.hls, undefined);
});

Deno.test("a data folder belongs to one server at a time", async () => {
  await using harness = await Harness.open();
  const { data } = harness;
  const second = Harness.at(data);
  await assert.rejects(
    second.reopen(),
    (error) => error instanceof ReverieError && /another server/.test(error.message),
  );
  await harness.close();
  await second.reopen();
  await second.close();
});

Deno.test("a database of a later version, or none at all, is refused in one line", async () => {
  await using harness = await Harness.open();
  await harness.close();
  const path = join(harness.data, "reverie.sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA user_version = 99");
  database.close();
  await assert.rejects(harness.reopen(), /later version/);
  await Deno.writeTextFile(path, "this is no database, but long enough to be taken for one".repeat(40));
  await assert.rejects(harness.reopen(), /damaged/);
});

Deno.test("a data folder that cannot be made is told in one line", async () => {
  await using harness = await Harness.open();
  await harness.close();
  const file = join(harness.data, "file");
  await Deno.writeTextFile(file, "");
  await assert.rejects(harness.reopen({ data: join(file, "below") }), ReverieError);
});

Deno.test("requests that come while the server closes are told so", async () => {
  await using harness = await Harness.open();
  const { id } = await harness.create();
  await harness.close();
  assert.throws(() => harness.dreams.list(), { code: "busy" });
  assert.throws(() => harness.dreams.get(id), { code: "busy" });
  await assert.rejects(harness.dreams.remove(id), { code: "busy" });
  await assert.rejects(harness.create(), { code: "busy" });
});
