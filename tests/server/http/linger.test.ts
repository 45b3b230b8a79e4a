import assert from "node:assert/strict";
import { Hono } from "hono";
import { ReverieError } from "../../../pipeline/errors.ts";
import type { Env } from "../../../server/http/env.ts";
import { errorResponse } from "../../../server/http/error_response.ts";
import { linger } from "../../../server/http/linger.ts";

/** An app that refuses every upload without reading it. */
function refusing(): Hono<Env> {
  return new Hono<Env>().onError(errorResponse).use(linger()).put("/", () => {
    throw new ReverieError("too_large", "too much");
  });
}

async function withServer(test: (port: number) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, refusing().fetch);
  try {
    await test(server.addr.port);
  } finally {
    await server.shutdown();
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
  // The last chunk ends the response; either side may decide when the connection ends.
  while (!text.endsWith("\r\n0\r\n\r\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  connection.close();
  return text;
}

Deno.test("linger() lets a client that sends all first get the refusal", async () => {
  await withServer(async (port) => {
    const answer = await sendThenRead(port, "Content-Length: 20000000\r\n", 20_000_000);
    assert.match(answer, /^HTTP\/1.1 413 /);
    assert.match(answer, /"code":"too_large"/);
  });
});

Deno.test("linger() gives up on a client that neither sends nor leaves", async () => {
  await withServer(async (port) => {
    const started = performance.now();
    const answer = await sendThenRead(port, "Content-Length: 20000000\r\n", 100_000);
    assert.match(answer, /"code":"too_large"/);
    // The limits are ten seconds in all and a pause of one second; here the pause ends it.
    assert.ok(performance.now() - started < 9000);
  });
});
