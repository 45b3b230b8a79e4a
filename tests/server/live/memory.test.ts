import assert from "node:assert/strict";
import { Client, frameNews, id, neverReads, picture, startLive, until } from "./fixture.ts";

const frames = 300;
const bytes = 100_000;
/** Two pictures, and their news. */
const most = 2 * bytes + 10_000;

Deno.test("fifty viewers of which ten never read: two frames each at most, and the others see the end", async () => {
  await using live = startLive();
  const clients = Array.from({ length: 40 }, () => new Client(live.url));
  const stuck = await Promise.all(Array.from({ length: 10 }, () => neverReads(live.port)));
  await until(() => live.hub.sockets === 50);
  const before = Deno.memoryUsage().rss;
  let largest = 0;
  for (let index = 0; index < frames; index++) {
    live.hub.publish(id, frameNews(index));
    live.hub.picture(id, picture(index, bytes));
    largest = Math.max(largest, ...live.hub.backlog());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(largest <= most, `${largest} bytes for one viewer`);
  const last = `picture ${frames - 1}`;
  await until(() => clients.every(({ heard }) => heard.at(-1) === last));
  const lagging = () => live.hub.backlog().filter((held) => held > bytes).length;
  // Data sent to the other clients may not have been deducted yet.
  await until(() => lagging() <= 10);
  assert.equal(lagging(), 10, "those who never read hold what they may");
  const grown = (Deno.memoryUsage().rss - before) / 1e6;
  assert.ok(grown < 150, `${grown} MB more`);
  for (const connection of stuck) connection.close();
  await until(() => live.hub.sockets === 40);
  await Promise.all(clients.map((client) => client.close()));
});

Deno.test("a viewer that pauses sees the newest frame when it reads again", async () => {
  await using live = startLive();
  const connection = await neverReads(live.port);
  await until(() => live.hub.sockets === 1);
  for (let index = 0; index < 200; index++) {
    live.hub.publish(id, frameNews(index));
    live.hub.picture(id, picture(index, bytes));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const text = await readUntil(connection, '"index":199');
  const indices = [...text.matchAll(/"type":"frame","index":(\d+)/g)].map(([, index]) => Number(index));
  assert.ok(indices.length < 150, `${indices.length} of 200 frames: the rest was left out`);
  assert.equal(indices.at(-1), 199);
  connection.close();
  await until(() => live.hub.sockets === 0);
});

async function readUntil(connection: Deno.Conn, wanted: string): Promise<string> {
  const buffer = new Uint8Array(65536);
  let text = "";
  while (!text.includes(wanted)) {
    const count = await connection.read(buffer);
    if (count === null) return text;
    text += new TextDecoder("latin1").decode(buffer.subarray(0, count));
  }
  return text;
}
