import assert from "node:assert/strict";
import { pino } from "pino";
import { ReverieError } from "../../../pipeline/errors.ts";
import { defaultLimits, type ServerOptions } from "../../../server/options.ts";
import { serve, startServer } from "../../../server/serve.ts";
import { json, quickQuery, slowQuery, startTestServer, until, upload, withTestServer } from "../helpers.ts";

const log = pino({ level: "silent" });

function options(further: Partial<ServerOptions>): ServerOptions {
  const data = "none";
  return {
    host: "127.0.0.1",
    port: 0,
    data,
    cors: [],
    withoutToken: false,
    limits: defaultLimits,
    ...further,
  };
}

Deno.test("A socket and server-sent events tell of a dream from its state to its end", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, quickQuery({ duration: 0.5 }));
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/dreams/${id}/live`);
    socket.binaryType = "arraybuffer";
    const types: string[] = [];
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    socket.onmessage = ({ data }) => types.push(typeof data === "string" ? JSON.parse(data).type : "picture");
    const events = await server.ask(`/api/dreams/${id}/events`);
    assert.match(events.headers.get("Content-Type")!, /^text\/event-stream/);
    const told = [...(await events.text()).matchAll(/^event: (\w+)$/gm)].map(([, type]) => type);
    assert.equal(told[0], "state");
    assert.equal(told.at(-1), "done");
    assert.equal((await closed).code, 1000);
    assert.equal(types[0], "state");
    assert.ok(types.includes("frame") && types.includes("picture"), types.join());
    assert.equal(types.at(-1), "done");
  });
});

Deno.test("HEAD is answered like GET, and leaves nobody listening", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, slowQuery);
    const response = await server.ask(`/api/dreams/${id}/events`, { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("Content-Type")!, /^text\/event-stream/);
    assert.match(await (await server.ask("/metrics")).text(), /^reverie_sockets 0$/m);
    const list = await server.ask("/api/dreams", { method: "HEAD" });
    assert.equal(list.status, 200);
    assert.equal(await list.text(), "");
  });
});

Deno.test("A server that closes ends whoever waits, watches or reads, and goes on with its dream later", async () => {
  const data = await Deno.makeTempDir({ prefix: "reverie-server-" });
  const server = await startTestServer({ data });
  const { id } = await upload(server, slowQuery);
  const waiting = await upload(server);
  await until(server, id, "running");
  const playlist = server.ask(`/api/dreams/${waiting.id}/hls/index.m3u8`);
  const events = await server.ask(`/api/dreams/${id}/events`);
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/dreams/${id}/live`);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  const unread = await server.ask("/sample.mp4");

  const started = performance.now();
  await server.close();
  assert.ok(performance.now() - started < 60_000);
  await closed;
  await events.text().catch(() => {});
  await unread.body?.cancel();
  assert.equal((await json(await playlist, 503)).error.code, "busy");

  const next = await startTestServer({ data });
  try {
    const { dreams } = await json(await next.ask("/api/dreams"));
    assert.deepEqual(dreams.map((dream: { id: string }) => dream.id), [waiting.id, id]);
    await until(next, id, "running");
  } finally {
    await next.close();
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("serve() tells its address, and ends with its signal", async () => {
  const data = await Deno.makeTempDir({ prefix: "reverie-server-" });
  const stop = new AbortController();
  let address = "";
  try {
    const over = serve(options({ data }), {
      signal: stop.signal,
      log,
      onListening: ({ url }) => {
        address = url;
        fetch(`${url}/healthz`).then(json).finally(() => stop.abort());
      },
    });
    await over;
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    await assert.rejects(fetch(address));
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("startServer() says what to do about a port in use, an address of elsewhere, a folder that cannot be", async () => {
  await withTestServer(async ({ url, data }) => {
    const folder = `${data}/other`;
    const tries: [further: Partial<ServerOptions>, line: RegExp][] = [
      [{ data: folder, port: Number(new URL(url).port) }, /--port/],
      [{ data: folder, host: "192.0.2.1", withoutToken: true }, /--host/],
      [{ data: folder, host: "0.0.0.0" }, /--token/],
      [{ data: "/dev/null/reverie" }, /--data/],
    ];
    for (const [further, line] of tries) {
      await assert.rejects(
        startServer(options(further), { log }),
        (error) => error instanceof ReverieError && line.test(error.message),
      );
    }
  });
});
