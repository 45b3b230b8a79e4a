import assert from "node:assert/strict";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import type { DreamView } from "../../../server/dreams/dream.ts";
import * as schemas from "../../../server/http/openapi/schemas.ts";
import {
  filesBelow,
  json,
  quickQuery,
  sample,
  slowQuery,
  type TestServer,
  until,
  upload,
  withTestServer,
} from "../helpers.ts";

const clip = await Deno.readFile(sample);

Deno.test("A dream from upload to deletion", async (test) => {
  await withTestServer(async (server) => {
    const { ask } = server;
    let dream: DreamView;
    await test.step("PUT queues it, and tells where it is", async () => {
      const query = quickQuery({ name: "my clip.mp4", blend: 0.3, layers: "392,399" });
      const response = await ask(`/api/dreams?${query}`, { method: "PUT", body: clip });
      dream = await json(response, 201);
      assert.equal(response.headers.get("Location"), `/api/dreams/${dream.id}`);
      assert.equal(dream.name, "my clip.mp4");
      assert.equal(dream.given.blend, 0.3);
      assert.deepEqual(dream.parameters.layers, ["392", "399"]);
      assert.equal(dream.duration, 0.3);
      assert.equal(dream.source.bytes, clip.length);
    });
    await test.step("the playlist is held until the first segment is there", async () => {
      const response = await ask(`/api/dreams/${dream.id}/hls/index.m3u8`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("Content-Type"), "application/vnd.apple.mpegurl");
      assert.match(await response.text(), /^#EXTM3U[^]*\.m4s/);
    });
    await test.step("it gets done, and looks as the document says", async () => {
      dream = await until(server, dream.id, "done");
      schemas.dream.parse(dream);
      assert.ok(dream.progress.frames >= 7);
      const { dreams } = schemas.dreamList.parse(await json(await ask("/api/dreams")));
      assert.deepEqual(dreams.map(({ id }) => id), [dream.id]);
    });
    await test.step("its video is whole, and comes in parts", () => checkVideo(server, dream));
    await test.step("its playlist has ended, and its segments never change", () => checkHls(server, dream));
    await test.step("its pictures and its source can be had", () => checkFiles(server, dream));
    await test.step("an ended dream is neither changed nor cancelled", async () => {
      const change = { method: "PATCH", body: JSON.stringify({ blend: 0.5 }) };
      assert.equal((await json(await ask(`/api/dreams/${dream.id}`, change), 409)).error.code, "conflict");
      const cancel = await ask(`/api/dreams/${dream.id}/cancel`, { method: "POST" });
      assert.equal((await json(cancel, 409)).error.code, "conflict");
    });
    await test.step("again makes another one, with other settings", async () => {
      const body = JSON.stringify({ blend: 0.9 });
      const response = await ask(`/api/dreams/${dream.id}/again`, { method: "POST", body });
      const again: DreamView = await json(response, 201);
      assert.equal(response.headers.get("Location"), `/api/dreams/${again.id}`);
      assert.notEqual(again.id, dream.id);
      assert.equal(again.parameters.blend, 0.9);
      assert.equal(again.parameters.imageSize, 64);
      await until(server, again.id, "done");
      const { dreams } = await json(await ask("/api/dreams"));
      assert.deepEqual(dreams.map(({ id }: DreamView) => id), [again.id, dream.id]);
    });
    await test.step("DELETE leaves nothing", async () => {
      const { dreams } = await json(await ask("/api/dreams"));
      for (const { id } of dreams) {
        const response = await ask(`/api/dreams/${id}`, { method: "DELETE" });
        assert.equal(response.status, 204);
        assert.equal((await json(await ask(`/api/dreams/${id}`), 404)).error.code, "not_found");
      }
      assert.deepEqual(await filesBelow(server.data), []);
    });
  });
});

async function checkVideo({ ask, data }: TestServer, { id, bytes, links }: DreamView): Promise<void> {
  const response = await ask(links.video!);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Type"), "video/mp4");
  assert.equal(response.headers.get("Content-Length"), String(bytes));
  assert.match(response.headers.get("Content-Disposition")!, /^attachment; filename="my clip-dream.mp4"/);
  const video = await response.bytes();
  const path = `${data}/downloaded.mp4`;
  await Deno.writeFile(path, video);
  const info = await probe(path);
  assert.equal(info.width, (await probe(sample.pathname)).width);
  assert.ok(info.audio, "the sound is kept");
  await Deno.remove(path);
  const part = await ask(`/api/dreams/${id}/video.mp4`, { headers: { Range: "bytes=4-7" } });
  assert.equal(part.status, 206);
  assert.equal(await part.text(), "ftyp");
  const etag = response.headers.get("ETag")!;
  const unchanged = await ask(`/api/dreams/${id}/video.mp4`, { headers: { "If-None-Match": etag } });
  assert.equal(unchanged.status, 304);
  assert.equal((await ask(`/api/dreams/${id}/video.mp4`, { method: "HEAD" })).headers.get("ETag"), etag);
}

async function checkHls({ ask }: TestServer, { links }: DreamView): Promise<void> {
  const playlist = await (await ask(links.hls!)).text();
  assert.match(playlist, /#EXT-X-ENDLIST/);
  const names = [...playlist.matchAll(/^[\w.]+\.m4s$|(?<=URI=")[^"]+/gm)].map(([name]) => name);
  assert.ok(names.length >= 2, playlist);
  for (const name of names) {
    const response = await ask(new URL(name, `http://x${links.hls}`).pathname);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("Cache-Control")!, /immutable/);
    assert.match(response.headers.get("Content-Type")!, /^video\/(mp4|iso\.segment)$/);
    assert.ok((await response.bytes()).length > 0);
  }
}

async function checkFiles({ ask }: TestServer, { links }: DreamView): Promise<void> {
  for (const path of [links.poster!, links.before!]) {
    const response = await ask(path);
    assert.equal(response.headers.get("Content-Type"), "image/jpeg");
    assert.deepEqual([...(await response.bytes()).subarray(0, 2)], [0xff, 0xd8]);
  }
  const source = await ask(links.source);
  assert.equal(source.headers.get("Content-Type"), "video/mp4");
  assert.deepEqual(await source.bytes(), clip);
}

Deno.test("A dream that runs is changed, has no video yet, and is cancelled", async () => {
  await withTestServer(async (server) => {
    const { ask } = server;
    const running = await upload(server, slowQuery);
    const waiting = await upload(server);
    await until(server, running.id, "running");
    assert.equal((await json(await ask(`/api/dreams/${waiting.id}`))).queue.position, 1);
    assert.equal((await json(await ask(`/api/dreams/${running.id}/video.mp4`), 409)).error.code, "conflict");
    assert.equal((await json(await ask("/healthz"))).rendering, true);

    const patch = (id: string, parameters: unknown) =>
      ask(`/api/dreams/${id}`, { method: "PATCH", body: JSON.stringify(parameters) });
    assert.deepEqual((await json(await patch(waiting.id, { imageSize: 96 }))).parameters, { imageSize: 96 });
    assert.equal((await json(await ask(`/api/dreams/${waiting.id}`))).parameters.imageSize, 96);
    schemas.changed.parse(await json(await patch(running.id, { blend: 0.5 })));
    assert.equal((await json(await patch(running.id, { imageSize: 96 }), 400)).error.field, "imageSize");

    for (const { id } of [waiting, running]) {
      assert.equal(
        (await json(await ask(`/api/dreams/${id}/cancel`, { method: "POST" }))).state,
        "cancelled",
      );
    }
    assert.equal((await json(await ask(`/api/dreams/${running.id}/video.mp4`), 409)).error.code, "conflict");
    await json(await ask(`/api/dreams/${waiting.id}/hls/index.m3u8`), 404);
  });
});

Deno.test("A form, the sample clip and a resumable upload are dreamed, too", async () => {
  await withTestServer(async (server) => {
    const { ask } = server;
    const form = new FormData();
    form.set("preset", "art");
    form.set("duration", "0.2");
    form.set("imageSize", "64");
    form.set("video", new Blob([clip]), "formed.mp4");
    const formed: DreamView = await json(await ask("/api/dreams", { method: "POST", body: form }), 201);
    assert.equal(formed.name, "formed.mp4");
    assert.equal(formed.preset, "art");
    assert.deepEqual(formed.given, { imageSize: 64 });

    const body = JSON.stringify({
      preset: "fast",
      imageSize: 64,
      layers: ["mixed3"],
      from: "0:01",
      duration: 0.2,
    });
    const sampled: DreamView = await json(await ask("/api/samples?blend=0.7", { method: "POST", body }), 201);
    assert.equal(sampled.from, 1);
    assert.equal(sampled.parameters.blend, 0.7);

    const resumed = await resumable(server);
    assert.equal(resumed.name, "resumed.mp4");
    assert.equal(resumed.parameters.blend, 0.4);
    for (const { id } of [formed, sampled, resumed]) await json(await ask(`/api/dreams/${id}`));
    for (const { id } of [resumed, sampled, formed]) await ask(`/api/dreams/${id}`, { method: "DELETE" });
    assert.deepEqual(await filesBelow(server.data), []);
  });
});

/** Uploads the clip by tus in two pieces; returns the dream. */
async function resumable({ ask }: TestServer): Promise<DreamView> {
  const headers = { "Tus-Resumable": "1.0.0" };
  const created = await ask("/files", {
    method: "POST",
    headers: {
      ...headers,
      "Upload-Length": String(clip.length),
      "Upload-Metadata": `filename ${btoa("resumed.mp4")},blend ${btoa("0.4")}`,
    },
  });
  assert.equal(created.status, 201);
  await created.body?.cancel();
  const path = created.headers.get("Location")!;
  const send = (start: number, end?: number) =>
    ask(path, {
      method: "PATCH",
      headers: {
        ...headers,
        "Upload-Offset": String(start),
        "Content-Type": "application/offset+octet-stream",
      },
      body: clip.slice(start, end),
    });
  const half = clip.length >> 1;
  assert.equal((await send(0, half)).status, 204);
  assert.equal((await ask(path, { method: "HEAD", headers })).headers.get("Upload-Offset"), String(half));
  const finished = await send(half);
  assert.equal(finished.status, 204);
  return await json(await ask(finished.headers.get("Reverie-Location")!));
}
