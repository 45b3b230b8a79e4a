import assert from "node:assert/strict";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { frameNews, id, picture, startLive, until } from "./fixture.ts";

const bytes = (value: number) => new Uint8Array([value]);

Deno.test("flow waits for the next frame, and asks for it to be made", async () => {
  await using live = startLive();
  const asked: boolean[] = [];
  live.hub.onSee((dream, wanted) => {
    assert.equal(dream, id);
    asked.push(wanted);
  });
  live.hub.publish(id, frameNews(0));
  live.hub.picture(id, picture(0));
  const answer = fetch(`${live.url}/sees/flow.jpg`);
  await until(() => asked.length === 1);
  live.hub.picture(id, picture(1, 8, { flow: bytes(7), mask: bytes(8) }));
  const response = await answer;
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "image/jpeg");
  assert.equal(response.headers.get("reverie-frame"), "1");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes(7));
  const mask = await fetch(`${live.url}/sees/mask.jpg`);
  assert.deepEqual(new Uint8Array(await mask.arrayBuffer()), bytes(8));
  assert.deepEqual(asked, [true]);
});

Deno.test("pictures are made no longer once nobody has asked for a while", async () => {
  await using live = startLive({ lapse: 50, wait: 20 });
  const asked: boolean[] = [];
  live.hub.onSee((_, wanted) => asked.push(wanted));
  const response = await fetch(`${live.url}/sees/mask.jpg`);
  assert.equal(response.status, 409);
  assert.match((await response.json()).error.message, /no mask picture yet/);
  await until(() => asked.length === 2);
  assert.deepEqual(asked, [true, false]);
});

Deno.test("the dream itself is there without asking", async () => {
  await using live = startLive();
  live.hub.onSee(() => assert.fail("nothing needs to be made"));
  live.hub.picture(id, picture(5));
  const response = await fetch(`${live.url}/sees/dream.jpg`);
  assert.equal(response.headers.get("reverie-frame"), "5");
  assert.equal((await response.arrayBuffer()).byteLength, 8);
});

Deno.test("who waits when the dream ends is told so, and so is who asks after it", async () => {
  await using live = startLive();
  const waiting = assert.rejects(live.hub.seen(id, "source"), (error: ReverieError) => {
    assert.equal(error.code, "conflict");
    return /has ended/.test(error.message);
  });
  await Promise.resolve();
  live.dream.state = "cancelled";
  live.hub.end(id);
  await waiting;
  const response = await fetch(`${live.url}/sees/source.jpg`);
  assert.equal(response.status, 409);
  await response.body?.cancel();
});

Deno.test("other pictures and other dreams are 404; who is gone waits no longer", async () => {
  await using live = startLive();
  for (
    const path of [
      `${live.url}/sees/other.jpg`,
      `${live.url}/sees/flow.png`,
      `${live.url.replace(id, "a")}/sees/flow.jpg`,
    ]
  ) {
    const response = await fetch(path);
    assert.equal(response.status, 404, path);
    await response.body?.cancel();
  }
  await assert.rejects(live.hub.seen(id, "flow", AbortSignal.abort(new Error("gone"))), /gone/);
});

Deno.test("nothing is kept of a dream that was deleted, even where a picture comes late", async () => {
  await using live = startLive();
  const deleted = "f".repeat(32);
  live.hub.picture(deleted, picture(0));
  live.hub.publish(deleted, frameNews(0));
  live.hub.setStateSource(() => live.dream);
  await assert.rejects(
    live.hub.seen(deleted, "dream", AbortSignal.timeout(20)),
    (error: Error) => error.name === "TimeoutError",
  );
});
