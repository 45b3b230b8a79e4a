import assert from "node:assert/strict";
import { ReverieError } from "../../../pipeline/errors.ts";
import { ClientMessages, mostBad, mostPerSecond } from "../../../server/live/client_messages.ts";
import type { Answer } from "../../../server/live/news.ts";
import { Client, frameNews, id, neverReads, picture, startLive, until } from "./fixture.ts";

Deno.test("a socket hears the state first, then each frame's news and its picture", async () => {
  await using live = startLive();
  const client = new Client(live.url);
  await client.until(1);
  live.hub.publish(id, frameNews(0));
  live.hub.picture(id, picture(0));
  live.hub.publish(id, { type: "hls", url: "index.m3u8" });
  live.hub.publish(id, frameNews(1));
  live.hub.picture(id, picture(1));
  const expected = ["state", "frame 0", "picture 0", "hls", "frame 1", "picture 1"];
  assert.deepEqual(await client.until(6), expected);
  await client.close();
});

Deno.test("a picture follows its own frame's news even where it came early or late", async () => {
  await using live = startLive();
  const client = new Client(live.url);
  await client.until(1);
  live.hub.picture(id, picture(0));
  live.hub.publish(id, frameNews(0));
  live.hub.publish(id, frameNews(1));
  live.hub.publish(id, frameNews(2));
  live.hub.picture(id, picture(1));
  const heard = await client.until(7);
  assert.deepEqual(heard, ["state", "frame 0", "picture 0", "frame 1", "frame 2", "frame 1", "picture 1"]);
  await client.close();
});

Deno.test("news between a frame's news and its picture make the frame's news come again", async () => {
  await using live = startLive();
  const client = new Client(live.url);
  await client.until(1);
  live.hub.publish(id, frameNews(0));
  live.hub.publish(id, { type: "change", frame: 0, parameters: { blend: 0.5 } });
  live.hub.picture(id, picture(0));
  assert.deepEqual(await client.until(5), ["state", "frame 0", "change", "frame 0", "picture 0"]);
  await client.close();
});

Deno.test("who joins late gets the state, the last picture and the last frame at once", async () => {
  await using live = startLive();
  for (const index of [0, 1, 2]) {
    live.hub.publish(id, frameNews(index));
    live.hub.picture(id, picture(index));
  }
  const first = new Client(live.url);
  assert.deepEqual(await first.until(3), ["state", "frame 2", "picture 2"]);
  live.hub.publish(id, frameNews(3));
  const second = new Client(live.url);
  assert.deepEqual(await second.until(4), ["state", "frame 2", "picture 2", "frame 3"]);
  await first.close();
  await second.close();
});

Deno.test("an unknown dream is 404 before the upgrade, and plain HTTP is told where to go", async () => {
  await using live = startLive();
  const unknown = await fetch(`${live.url.replace(id, "f".repeat(32))}/live`);
  assert.equal(unknown.status, 404);
  assert.equal((await unknown.json()).error.code, "not_found");
  const plain = await fetch(`${live.url}/live`);
  assert.equal(plain.status, 400);
  assert.match((await plain.json()).error.message, /\/events/);
  const half = await fetch(`${live.url}/live`, { headers: { upgrade: "websocket" } });
  assert.equal(half.status, 400);
  await half.body?.cancel();
});

Deno.test("after done the socket is closed normally", async () => {
  await using live = startLive();
  const client = new Client(live.url);
  await client.until(1);
  live.hub.publish(id, frameNews(0));
  live.hub.picture(id, picture(0));
  live.dream.state = "done";
  live.hub.publish(id, { type: "done", dream: live.dream });
  live.hub.end(id);
  const { code } = await client.closed;
  assert.equal(code, 1000);
  assert.deepEqual(client.heard, ["state", "frame 0", "picture 0", "done"]);
  assert.equal(live.hub.sockets, 0);
});

Deno.test("who joins after the end gets what is left, and is let go", async () => {
  await using live = startLive();
  live.hub.publish(id, frameNews(4));
  live.hub.picture(id, picture(4));
  live.dream.state = "failed";
  live.dream.error = { code: "internal", message: "it broke" };
  live.hub.end(id);
  const client = new Client(live.url);
  assert.equal((await client.closed).code, 1000);
  assert.deepEqual(client.heard, ["state", "frame 4", "picture 4", "error"]);
});

Deno.test("when the server stops, sockets are told to come back", async () => {
  await using live = startLive();
  const client = new Client(live.url);
  await client.until(1);
  live.hub.close();
  assert.equal((await client.closed).code, 1001);
});

Deno.test("changes are made and answered; each answer carries its question's id", async () => {
  const asked: unknown[] = [];
  await using live = startLive({
    change: (_, parameters) => {
      asked.push(parameters);
      return Promise.resolve({ frame: 12, parameters });
    },
  });
  const client = new Client(live.url);
  await client.until(1);
  client.socket.send(JSON.stringify({ type: "change", id: "a", parameters: { blend: 0.5 } }));
  await client.until(2);
  const changed: Answer = { type: "changed", id: "a", frame: 12, parameters: { blend: 0.5 } };
  assert.deepEqual(client.messages[1], changed);
  assert.deepEqual(asked, [{ blend: 0.5 }]);
  await client.close();
});

Deno.test("changes that come while one is on its way are made as one, the newest values", async () => {
  const first = Promise.withResolvers<void>();
  const asked: unknown[] = [];
  await using live = startLive({
    change: async (_, parameters) => {
      asked.push(parameters);
      await first.promise;
      return { frame: asked.length, parameters };
    },
  });
  const client = new Client(live.url);
  await client.until(1);
  const change = (id: number, parameters: object) =>
    client.socket.send(JSON.stringify({ type: "change", id, parameters }));
  change(1, { blend: 0.1 });
  change(2, { blend: 0.2, seed: 5 });
  change(3, { blend: 0.3 });
  change(4, { blend: 3 });
  await client.until(2);
  first.resolve();
  await client.until(5);
  assert.deepEqual(asked, [{ blend: 0.1 }, { seed: 5, blend: 0.3 }]);
  const answers = client.messages.slice(1) as Answer[];
  assert.deepEqual(answers.map(({ type, id }) => `${type} ${id}`), [
    "refused 4",
    "changed 1",
    "changed 2",
    "changed 3",
  ]);
  await client.close();
});

Deno.test("what cannot be done is refused in a clear line", async () => {
  await using live = startLive({
    change: () =>
      Promise.reject(
        new ReverieError("conflict", "octaves is fixed while a dream runs", { field: "octaves" }),
      ),
  });
  const client = new Client(live.url);
  await client.until(1);
  const refusals: [string, string, RegExp, string?][] = [
    ["what?", "invalid_request", /not JSON/],
    ["[]", "invalid_request", /"type": "change"/],
    ['{"type":"stop"}', "invalid_request", /"type"/],
    ['{"type":"change"}', "invalid_request", /"parameters"/],
    ['{"type":"change","parameters":{}}', "invalid_request", /names no setting/],
    ['{"type":"change","parameters":{"blend":2}}', "invalid_parameter", /blend must be .* not 2/, "blend"],
    ['{"type":"change","parameters":{"blnd":1}}', "invalid_parameter", /blnd/, "blnd"],
    ['{"type":"change","parameters":{"octaves":2}}', "conflict", /fixed/, "octaves"],
  ];
  for (const [index, [message, code, line, field]] of refusals.entries()) {
    client.socket.send(message);
    await client.until(index + 2);
    const answer = client.messages[index + 1] as Answer;
    assert.ok(answer.type === "refused", message);
    assert.equal(answer.error.code, code, message);
    assert.match(answer.error.message, line);
    assert.equal(answer.error.field, field);
  }
  await client.close();
});

Deno.test("binary, too long and meaningless messages end the conversation", async () => {
  await using live = startLive();
  const talk = async (say: (socket: WebSocket) => void) => {
    const client = new Client(live.url);
    await client.until(1);
    say(client.socket);
    return (await client.closed).code;
  };
  assert.equal(await talk((socket) => socket.send(new Uint8Array(3))), 1008);
  assert.equal(await talk((socket) => socket.send("x".repeat(70_000))), 1009);
  assert.equal(await talk((socket) => repeat(mostBad + 1, () => socket.send("nonsense"))), 1008);
  assert.equal(live.hub.sockets, 0);
});

Deno.test("a flood of messages ends the conversation, even of good ones", () => {
  const closed: number[] = [];
  const messages = new ClientMessages({
    change: () => new Promise(() => {}),
    answer: () => {},
    close: (code) => closed.push(code),
  });
  const change = JSON.stringify({ type: "change", parameters: { blend: 0.5 } });
  repeat(10 * mostPerSecond, () => messages.receive(change));
  assert.deepEqual(closed, [1008]);
});

Deno.test("no more connections than the limit", async () => {
  await using live = startLive({ limit: 1 });
  const client = new Client(live.url);
  await client.until(1);
  const refused = await fetch(`${live.url}/events`);
  assert.equal(refused.status, 503);
  await refused.body?.cancel();
  await client.close();
  await until(() => live.hub.sockets === 0);
  const again = new Client(live.url);
  await again.until(1);
  await again.close();
});

Deno.test("a client that never reads is given up, and the others never notice", async () => {
  await using live = startLive({ stuckAfter: 2000 });
  using _stuck = await neverReads(live.port);
  const client = new Client(live.url);
  await client.until(1);
  await until(() => live.hub.sockets === 2);
  for (let index = 0; index < 120; index++) {
    live.hub.publish(id, frameNews(index));
    live.hub.picture(id, picture(index, 100_000));
    await client.until(1 + 2 * (index + 1));
  }
  await until(() => live.hub.sockets === 1);
  assert.equal(client.heard.length, 241);
  await client.close();
});

function repeat(times: number, act: () => void): void {
  for (let count = 0; count < times; count++) act();
}
