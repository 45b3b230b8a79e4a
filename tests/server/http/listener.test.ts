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

Deno.test("A head that does not arrive in time is refused with 408, and its connection closed", async () => {
  await withListener(async (port) => {
    for (const head of ["", "GET / HTTP/1.1\r\nHos"]) {
      using connection = await Deno.connect({ port });
      await connection.write(new TextEncoder().encode(head));
      const answer = await new Response(connection.readable).text();
      assert.match(answer, /^HTTP\/1\.1 408 .*"the request did not arrive in time: send it again"/s);
    }
  }, { headersTimeoutMs: 100 });
});

Deno.test("A full server answers 503, but tells its health, and serves again when there is room", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: full, resolve: onFull } = Promise.withResolvers<void>();
  let holding = 0;
  const handler = async (request: Request) => {
    if (request.url.endsWith("/held")) {
      if (++holding === 2) onFull();
      await held;
    }
    return new Response("served");
  };
  const bounds = { most: 2, mostPerAddress: 2, proxies: new Set<string>() };
  await withListener(async (port) => {
    // Each request has a connection of its own.
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: "close" } });
      return [response.status, await response.text()] as const;
    };
    const waiting = [ask("/held"), ask("/held")];
    await full;
    const answer = await ask("/other");
    assert.equal(answer[0], 503);
    assert.match(answer[1], /"code":"busy","message":"the server has too many open connections: [^"]+"/);
    assert.deepEqual(await ask("/healthz"), [200, "served"]);
    release();
    for (const each of waiting) assert.deepEqual(await each, [200, "served"]);
    while ((await ask("/other"))[0] !== 200);
  }, { bounds, handler });
});

Deno.test("Heads that are no HTTP, and hosts and addresses that are malformed, are refused in one line", async () => {
  await withListener(async (port) => {
    const host = "Host: x\r\n";
    const requests = [
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x:99999\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      `GET http://[::1 HTTP/1.1\r\n${host}\r\n`,
      `GET /a/../b HTTP/1.1\r\n${host}\r\n`,
      `GET /\0 HTTP/1.1\r\n${host}\r\n`,
      `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(20_000)}\r\n\r\n`,
      `TRACE / HTTP/1.1\r\n${host}\r\n`,
      `PUT / HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`,
      `PUT / HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `PUT / HTTP/1.1\r\n${host}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n....`,
      "nonsense\r\n\r\n",
    ];
    for (const request of requests) {
      using connection = await Deno.connect({ port });
      await connection.write(new TextEncoder().encode(request));
      const buffer = new Uint8Array(4096);
      let answer = "";
      while (!answer.endsWith("}")) {
        const bytes = await connection.read(buffer);
        if (bytes === null) break;
        answer += new TextDecoder().decode(buffer.subarray(0, bytes));
      }
      const label = JSON.stringify(request.slice(0, 60));
      assert.match(answer, /^HTTP\/1\.1 4(00|05|31) /, label);
      const { error } = JSON.parse(answer.split("\r\n\r\n")[1]!);
      assert.ok(error.code && !error.message.includes("\n"), label);
    }
  }, { handler: () => new Response("served") });
});

Deno.test("Every kind of response arrives as it was made", async () => {
  const body = (text: string) =>
    new ReadableStream<Uint8Array>({
      async start(controller) {
        for (const each of text.split(" ")) {
          await Promise.resolve();
          controller.enqueue(new TextEncoder().encode(each));
        }
        controller.close();
      },
    });
  const responses: Record<string, () => Response> = {
    "/text": () => new Response("text"),
    "/none": () => new Response(null, { status: 204 }),
    "/stream": () =>
      new Response(body("a stream"), { headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]] }),
  };
  const handler = ({ url }: Request) => responses[new URL(url).pathname]!();
  await withListener(async (port) => {
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    const text = await ask("/text");
    assert.deepEqual([await text.text(), text.headers.get("Content-Length")], ["text", "4"]);
    assert.equal((await ask("/none")).status, 204);
    const stream = await ask("/stream");
    assert.equal(await stream.text(), "astream");
    assert.deepEqual(stream.headers.getSetCookie(), ["a=1", "b=2"]);
  }, { handler });
});

Deno.test("A client that stops reading a response is left, and the response's source is closed", async () => {
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)),
      cancel: onClosed,
    });
  await withListener(async (port) => {
    using connection = await Deno.connect({ port });
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    await closed;
  }, { handler: () => new Response(endless()), stallMs: 100 });
});
