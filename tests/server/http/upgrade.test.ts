import assert from "node:assert/strict";
import type { Context } from "hono";
import { pino } from "pino";
import { listen } from "../../../server/http/listener/listen.ts";
import { upgradeToWebSocket } from "../../../server/http/upgrade.ts";

Deno.test("No message that a client sends at once after the handshake, or with it, is lost", async () => {
  const listener = await listen({
    ...{ host: "127.0.0.1", port: 0, log: pino({ level: "silent" }) },
    bounds: { most: 100, mostPerAddress: 100, proxies: new Set() },
    handler: (raw, env) => {
      const { socket, response } = upgradeToWebSocket(
        { env, req: { raw, header: (name: string) => raw.headers.get(name) } } as unknown as Context,
      );
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    },
  });
  try {
    const worker = new Worker(new URL("./hasty_clients.ts", import.meta.url), { type: "module" });
    const answers = new Promise<string[]>((resolve) => worker.onmessage = ({ data }) => resolve(data));
    worker.postMessage(listener.port);
    assert.deepEqual(await answers, Array.from({ length: 50 }, (_, client) => `first of ${client}`));
    worker.terminate();
    // A frame of a text with mask 0 in one piece with the request.
    using connection = await Deno.connect({ port: listener.port });
    const head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    const frame = [0x81, 0x82, 0, 0, 0, 0, ...new TextEncoder().encode("hi")];
    await connection.write(new Uint8Array([...new TextEncoder().encode(head), ...frame]));
    const buffer = new Uint8Array(4096);
    let answer = "";
    while (!answer.endsWith("hi")) {
      const bytes = await connection.read(buffer);
      assert.ok(bytes !== null, answer);
      answer += new TextDecoder().decode(buffer.subarray(0, bytes));
    }
    assert.match(answer, /^HTTP\/1\.1 101 /);
  } finally {
    await listener.close(0);
  }
});
