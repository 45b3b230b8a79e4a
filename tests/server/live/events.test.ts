import assert from "node:assert/strict";
import { EventStream } from "../../../server/live/event_stream.ts";
import { frameNews, id, picture, startLive, until } from "./fixture.ts";

/** Reads until the text contains something, or to the end. */
async function read(body: ReadableStream<Uint8Array>, until?: string): Promise<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = "";
  while (until === undefined || !text.includes(until)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
  }
  await reader.cancel();
  return text;
}

/** The types of the events, each with its id. */
function typesOf(text: string): string[] {
  return [...text.matchAll(/^event: (\w+)\nid: (\w+)\ndata: (.*)$/gm)].map(([, type, id, data]) => {
    assert.equal(JSON.parse(data!).type, type);
    return `${type} ${id}`;
  });
}

Deno.test("server-sent events tell what a socket tells, and end with the dream", async () => {
  await using live = startLive();
  const response = await fetch(`${live.url}/events`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type")!, /^text\/event-stream/);
  assert.equal(response.headers.get("cache-control"), "no-store");
  const reading = read(response.body!);
  await until(() => live.hub.backlog()[0] === 0);
  live.hub.publish(id, frameNews(0));
  live.hub.picture(id, picture(0));
  await until(() => live.hub.backlog()[0] === 0);
  live.hub.publish(id, { type: "hls", url: "index.m3u8" });
  live.hub.publish(id, frameNews(1));
  live.dream.state = "done";
  live.hub.publish(id, { type: "done", dream: live.dream });
  live.hub.end(id);
  const text = await reading;
  assert.match(text, /^retry: 2000\n\n/);
  assert.deepEqual(typesOf(text), ["state 1", "frame 2", "hls 3", "frame 4", "done end"]);
  assert.equal(live.hub.sockets, 0);
});

Deno.test("a late reader gets state and last frame; one who was told the end gets 204", async () => {
  await using live = startLive();
  live.hub.publish(id, frameNews(3));
  live.hub.picture(id, picture(3));
  live.dream.state = "done";
  live.hub.end(id);
  const response = await fetch(`${live.url}/events`);
  assert.deepEqual(typesOf(await read(response.body!)), ["state end", "frame 1", "done end"]);
  const back = await fetch(`${live.url}/events`, { headers: { "last-event-id": "end" } });
  assert.equal(back.status, 204);
});

Deno.test("a comment keeps a silent stream alive, and leaving it frees it", async () => {
  await using live = startLive({ heartbeat: 20, limit: 1 });
  const response = await fetch(`${live.url}/events`);
  assert.match(await read(response.body!, ":"), /: still here\n\n|retry/);
  await until(() => live.hub.sockets === 0);
  const again = await fetch(`${live.url}/events`);
  assert.equal(again.status, 200);
  const text = await read(again.body!, ": still here");
  assert.match(text, /\n\n: still here\n\n/);
  await until(() => live.hub.sockets === 0);
});

Deno.test("HEAD tells the headers and follows nothing; an unknown dream is 404", async () => {
  await using live = startLive();
  const head = await fetch(`${live.url}/events`, { method: "HEAD" });
  assert.match(head.headers.get("content-type")!, /^text\/event-stream/);
  assert.equal(live.hub.sockets, 0);
  const unknown = await fetch(`${live.url.replace(id, "x")}/events`);
  assert.equal(unknown.status, 404);
  await unknown.body?.cancel();
});

Deno.test("of frames that nobody takes only the newest is kept, of other news all", async () => {
  const stream = new EventStream();
  for (let index = 0; index < 1000; index++) {
    stream.frame({ index, news: JSON.stringify(frameNews(index)) });
    if (index % 500 === 0) stream.news('{"type":"hls","url":"a"}', { type: "hls", url: "a" });
  }
  assert.ok(stream.held < 1000, `${stream.held} characters`);
  stream.end();
  const text = await read(stream.body);
  assert.deepEqual(typesOf(text).map((event) => event.split(" ")[0]), ["hls", "hls", "frame"]);
  assert.match(text, /"index":999/);
});

Deno.test("a reader that takes nothing is given up, and finds the end when it comes back", async () => {
  let gone = 0;
  const stream = new EventStream({ heartbeat: 10, stuckAfter: 50, onGone: () => gone++ });
  stream.news('{"type":"warning","message":"x"}', { type: "warning", message: "x" });
  await until(() => gone === 1);
  assert.equal(stream.held, 0);
  assert.equal(await read(stream.body), "");
});

Deno.test("a connection that never reads its events costs a bounded amount and is let go", async () => {
  await using live = startLive();
  using connection = await Deno.connect({ port: live.port, hostname: "127.0.0.1" });
  const request = `GET /api/dreams/${id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  await until(() => live.hub.sockets === 1);
  let largest = 0;
  for (let count = 0; live.hub.sockets === 1 && count < 500; count++) {
    live.hub.publish(id, { type: "warning", message: "x".repeat(100_000) });
    largest = Math.max(largest, ...live.hub.backlog());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(live.hub.sockets, 0);
  assert.ok(largest < 1.2e6, `${largest} characters`);
});
