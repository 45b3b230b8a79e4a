import assert from "node:assert/strict";
import sharp from "sharp";
import { filesBelow, json, sample, slowQuery, until, upload, withTestServer } from "../helpers.ts";

const clip = await Deno.readFile(sample);
const settings = "imageSize=64&octaves=1&firstIterations=1";

/** Asserts that a response is a JPEG of the given size, and returns its figures. */
async function checkPicture(response: Response, width: number, height: number): Promise<Uint8Array> {
  assert.equal(response.status, 200, response.ok ? "" : await response.text());
  assert.equal(response.headers.get("Content-Type"), "image/jpeg");
  assert.ok(Number.isFinite(Number(response.headers.get("Reverie-Loss"))));
  assert.ok(Number(response.headers.get("Reverie-Seconds")) > 0);
  const bytes = await response.bytes();
  const info = await sharp(bytes).metadata();
  assert.deepEqual([info.format, info.width, info.height], ["jpeg", width, height]);
  return bytes;
}

Deno.test("A preview is one dreamed frame of what is sent, and leaves nothing", async () => {
  await withTestServer(async ({ ask, data }) => {
    const first = await ask(`/api/preview?${settings}`, { method: "POST", body: clip });
    const begin = await checkPicture(first, 480, 270);
    const form = new FormData();
    form.append("at", "0:01.5");
    form.append("imageSize", "64");
    form.append("octaves", "1");
    form.append("firstIterations", "1");
    form.append("video", new Blob([clip]), "clip.mp4");
    const later = await checkPicture(await ask("/api/preview", { method: "POST", body: form }), 480, 270);
    assert.notDeepEqual(later, begin);
    const picture = await sharp({ create: { width: 90, height: 50, channels: 3, background: "teal" } }).png()
      .toBuffer();
    const init = { method: "POST", body: new Uint8Array(picture), headers: { "Content-Type": "image/png" } };
    await checkPicture(await ask(`/api/preview?${settings}`, init), 90, 50);
    assert.deepEqual(await filesBelow(data), []);
  });
});

Deno.test("A preview of a dream's source goes ahead of the rendering", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, slowQuery);
    await until(server, id, "running");
    const response = await server.ask(`/api/preview?dream=${id}&at=1&${settings}`, { method: "POST" });
    await checkPicture(response, 480, 270);
    assert.equal((await json(await server.ask(`/api/dreams/${id}`))).state, "running");
  });
});

Deno.test("A preview that makes no sense is refused", async () => {
  await withTestServer(async ({ ask, data }) => {
    const post = async (path: string, body?: BodyInit) =>
      await json(await ask(path, { method: "POST", ...(body !== undefined && { body }) }), 400);
    assert.equal((await post("/api/preview")).error.code, "invalid_request");
    assert.equal((await post("/api/preview?at=soon", clip)).error.field, "at");
    assert.equal((await post("/api/preview?blend=7", clip)).error.field, "blend");
    assert.equal((await post("/api/preview?nonsense=7", clip)).error.field, "nonsense");
    const noVideo = await ask("/api/preview", { method: "POST", body: "text" });
    assert.equal((await json(noVideo, 415)).error.code, "not_a_video");
    const tooLate = await ask(`/api/preview?at=99&${settings}`, { method: "POST", body: clip });
    const { error } = await json(tooLate, 422);
    assert.doesNotMatch(error.message, /\//);
    assert.deepEqual(await filesBelow(data), []);
  });
});
