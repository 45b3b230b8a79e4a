/** Malformed and hostile input on every route of the OpenAPI document: never a 500, always one line. */
import assert from "node:assert/strict";
import { json, quickQuery, type TestServer, upload, withTestServer } from "../helpers.ts";

const deep = "[".repeat(20_000) + "]".repeat(20_000);
const deepObject = '{"a":'.repeat(9_000) + "1" + "}".repeat(9_000);

/** Bodies that no route takes as they are, as JSON text. */
const bodies = [
  "{",
  "null",
  "[]",
  '"text"',
  "1e999",
  deep,
  deepObject,
  `{"blend": ${deep}}`,
  `{"layers": ${deep}}`,
  `{"preset": ${deepObject}}`,
  '{"preset": {"toString": 1}}',
  '{"preset": {"toString": null, "valueOf": null}}',
  '{"blend": {"toString": 1}}',
  '{"layers": [{"toString": 1}]}',
  '{"__proto__": {"blend": 1}}',
  '{"constructor": 1}',
  '{"toString": 1}',
  '{"hasOwnProperty": 1}',
  '{"blend": 1e999}',
  '{"seed": 1e300}',
  '{"imageSize": -0.5}',
  '{"layers": []}',
  JSON.stringify({ layers: Array.from({ length: 6000 }, (_, index) => `a${index}`) }),
  JSON.stringify({ channels: Array.from({ length: 6000 }, (_, index) => index) }),
  '{"name": "a", "name": 5}',
  '{"\\ud800": 1}',
  '{"blend": "\\u0000"}',
  '{"duration": "1e999"}',
  '{"type": {"toString": 1}}',
];

const queries = [
  "duration=1e999",
  "duration=1e300",
  "duration=-1",
  "duration=0",
  "duration=1e-9",
  "duration=NaN",
  "duration=Infinity",
  "from=1e999",
  "from=99:99",
  "from=%00",
  "blend=1e999",
  "seed=99999999999999999999999",
  "__proto__=1",
  "constructor=1",
  "toString=1",
  "%ff=%fe",
  "blend=%",
  "blend=0.3&blend=%zz",
  "preset=%F0%9F%92%A9",
  "preset=__proto__",
  "model=../../etc/passwd",
  "layers=" + "a,".repeat(900),
  "channels=" + "1,".repeat(990) + "1e400",
  "at=1e999",
  "dream=__proto__",
];

const headers: Record<string, string>[] = [
  { "Content-Type": "application/json; charset=utf-16" },
  { "Content-Type": "multipart/form-data" },
  { "Content-Type": "multipart/form-data; boundary=" + "x".repeat(300) },
  { "Content-Type": "%%%" },
  { "Content-Encoding": "gzip" },
  { "X-Request-Id": "{{}}\t" },
  { "Upload-Length": "1e999", "Tus-Resumable": "1.0.0" },
  { "Upload-Length": "5", "Tus-Resumable": "1.0.0", "Upload-Metadata": "filename %%%,__proto__ YQ==" },
  { Range: "bytes=" + "0-0,".repeat(1000) + "1-1" },
  { Range: "bytes=-99999999999999999999" },
  { Range: "bytes=18446744073709551616-" },
  { "If-Range": "\xff", "If-Modified-Since": "never", "If-None-Match": '"' },
  { "Last-Event-ID": "\xe9" },
  { Cookie: "reverie_session=%%%; =; a" },
  { Authorization: "Bearer \xff" },
];

/** Asserts that a response is no failure of the server, and that an error is one line without inner things. */
async function assertSound(response: Response, label: string): Promise<void> {
  const text = (response.headers.get("Content-Type") ?? "").includes("json") ? await response.text() : "";
  await response.body?.cancel().catch(() => {});
  const { status } = response;
  assert.ok(status < 500 || status === 503, `${label}: ${status} ${text.slice(0, 300)}`);
  if (status < 400 || text === "") return;
  const { error } = JSON.parse(text);
  assert.ok(error.message.length > 0 && error.message.length < 3000, `${label}: ${text.length} characters`);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(error.message, /[\u0000-\u001f]|\bat .*\.ts:|file:\/\/|\/(tmp|home|root|var)\//, label);
}

/** The methods and paths of the document, with an id of a dream and with none. */
async function routesOf(server: TestServer, id: string): Promise<{ method: string; path: string }[]> {
  const { paths } = await json(await server.ask("/openapi.json"));
  return Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).flatMap((method) =>
      // Long answers and removals are not what is tried here.
      method === "delete" || /events|index\.m3u8|networks\/|live$|camera/.test(path)
        ? []
        : [{ method: method.toUpperCase(), path: path.replace(/\{id\}/, id).replace(/\{\w+\}/, "x") }]
    )
  );
}

Deno.test("No body, query or header makes a route fail, whatever it holds", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, quickQuery());
    await server.ask(`/api/dreams/${id}/cancel`, { method: "POST" }).then((response) =>
      response.body?.cancel()
    );
    for (const { method, path } of await routesOf(server, id)) {
      // Routes that take a body as a video would only call it none, after starting ffprobe.
      const takesJson = ["POST", "PATCH"].includes(method) && !/preview$|files/.test(path);
      const tries: [query: string, init: RequestInit][] = [
        // Without a body these would make dream after dream.
        ...(/again$/.test(path) ? [] : queries.map((query): [string, RequestInit] => [query, {}])),
        ...(/(again|samples)$/.test(path)
          ? []
          : headers.map((each): [string, RequestInit] => ["", { headers: each }])),
        ...(!takesJson ? [] : bodies.map((body): [string, RequestInit] => [
          "",
          { body, headers: { "Content-Type": "application/json" } },
        ])),
      ];
      await Promise.all(tries.map(async ([query, init]) => {
        const label = `${method} ${path}?${query.slice(0, 80)} ${JSON.stringify(init).slice(0, 120)}`;
        await assertSound(await server.ask(`${path}?${query}`, { ...init, method }), label);
      }));
    }
    await json(await server.ask("/healthz"));
  });
});

Deno.test("Sockets answer hostile messages, and go on", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, quickQuery({ duration: 0.1 }));
    for (const path of [`/api/dreams/${id}/live`, "/api/camera"]) {
      const socket = new WebSocket(server.url.replace("http", "ws") + path);
      await new Promise((resolve) => socket.onopen = resolve);
      const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
      for (const body of bodies.slice(0, 15)) if (socket.readyState === WebSocket.OPEN) socket.send(body);
      const parameters = '{"blend": {"toString": 1}, "layers": ' + deep.slice(5_000, 35_000) + "}";
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(`{"type": "change", "parameters": ${parameters}}`);
        socket.close();
      }
      assert.notEqual((await closed).code, 1011);
    }
    await json(await server.ask("/healthz"));
  });
});
