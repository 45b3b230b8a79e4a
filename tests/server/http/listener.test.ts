import assert from "node:assert/strict";
import { pino } from "pino";
import { listen, type ListenOptions } from "../../../server/http/listener/listen.ts";

/** Runs a test with a listener on a free port; its handler refuses every upload without reading it. */
async function withListener(
  test: (port: number) => Promise<void>,
  options: Partial<ListenOptions> = {},
): Promise<void> {
  const listener = await listen({
    ...{ host: "127.0.0.1", port: 0, log: pino({ level: "silent" }) },
    bounds: { most: 100, mostPerAddress: 100, proxies: new Set() },
    handler: () => Response.json({ error: { code: "too_large" } }, { status: 413 }),
    ...options,
  });
  try {
    await test(listener.port);
  } finally {
    await listener.close(0);
  }
}

/** Sends the whole request before reading the response, as simple clients do. */
async function sendThenRead(port: number, head: string, bytes: number): Promise<string> {
  const connection = await Deno.connect({ port });
  const writer = connection.writable.getWriter();
  await writer.write(
    new TextEncoder().encode(`PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${head}\r\n`),
  );
  const chunk = new Uint8Array(100_000);
  for (let sent = 0; sent < bytes; sent += chunk.length) await writer.write(chunk);
  const reader = connection.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.endsWith("}")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  connection.close();
  return text;
}

Deno.test("A client that sends all first gets the refusal", async () => {
  await withListener(async (port) => {
    const answer = await sendThenRead(port, "Content-Length: 20000000\r\n", 20_000_000);
    assert.match(answer, /^HTTP\/1.1 413 /);
    assert.match(answer, /"code":"too_large"/);
  });
});

Deno.test("A client that neither sends nor leaves gets the refusal, and is left", async () => {
  await withListener(async (port) => {
    const started = performance.now();
    const answer = await sendThenRead(port, "Content-Length: 20000000\r\n", 100_000);
    assert.match(answer, /"code":"too_large"/);
    // The limits are ten seconds in all and a pause of one second; here the pause ends it.
    assert.ok(performance.now() - started < 9000);
  });
});
