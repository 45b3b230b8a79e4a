import assert from "node:assert/strict";
import { IncomingFile } from "../../../server/uploads/incoming_file.ts";
import { asReverieError } from "../../../server/errors.ts";
import { serveUploads, type UploadServer, type UploadServerOptions } from "./upload_server.ts";

const text = new TextEncoder();

/** Runs a test against a server, and asserts that nothing is left on the disk. */
async function served(
  options: UploadServerOptions,
  test: (server: UploadServer) => Promise<void>,
): Promise<void> {
  await using server = serveUploads(options);
  await test(server);
  await nothingLeft(server);
}

async function nothingLeft(server: UploadServer): Promise<void> {
  for (let tries = 0; server.left().length > 0 && tries < 3000; tries++) await pause(20);
  assert.deepEqual(server.left(), []);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function put(server: UploadServer, body: BodyInit | null, query = ""): Promise<Response> {
  return fetch(`${server.url}/api/dreams${query}`, { method: "PUT", body });
}

function post(server: UploadServer, body: BodyInit, headers?: HeadersInit): Promise<Response> {
  return fetch(`${server.url}/api/dreams`, { method: "POST", body, ...(headers && { headers }) });
}

async function refusal(
  response: Response,
  status: number,
): Promise<{ code: string; message: string; field?: string }> {
  const body = await response.text();
  assert.equal(response.status, status, body);
  return JSON.parse(body).error;
}

function stream(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks.map((chunk) => chunk.slice()));
}

/** Sends bytes unchanged, waits, and hangs up; returns the response received meanwhile. */
async function hangUp(server: UploadServer, request: string, wait = 100): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await connection.write(text.encode(request));
  await pause(wait);
}

function form(...parts: [name: string, value: string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value);
  return data;
}

const clip = new File(["12345"], "clip.mp4");

Deno.test("a raw upload arrives as it was sent, with its name and the fields of the query", () => {
  const sent = crypto.getRandomValues(new Uint8Array(60_000));
  let received: Uint8Array | undefined;
  const onReceived = ({ file }: { file: string }) => received = Deno.readFileSync(file);
  return served({ onReceived }, async (server) => {
    const response = await put(server, sent, "?name=x/clip.mp4&blend=0.3&layers=a&layers=b&token=secret");
    const fields = { name: "x/clip.mp4", blend: "0.3", layers: "a,b" };
    assert.deepEqual(await response.json(), { name: "clip.mp4", fields, bytes: 60_000 });
    assert.deepEqual(received, sent);
  });
});

Deno.test("a chunked upload of several blocks arrives as it was sent", () => {
  const chunk = crypto.getRandomValues(new Uint8Array(65_536));
  const all = new Blob(Array(50).fill(chunk));
  let received: Uint8Array | undefined;
  const onReceived = ({ file }: { file: string }) => received = Deno.readFileSync(file);
  return served({ onReceived }, async (server) => {
    const response = await put(server, stream(...Array(50).fill(chunk)));
    assert.equal((await response.json()).bytes, all.size);
    assert.deepEqual(received, await all.bytes());
  });
});

Deno.test("an upload above the limit is refused, with and without a length", () =>
  served({ limits: { upload: 100_000 } }, async (server) => {
    const block = new Uint8Array(60_000);
    const announced = await refusal(await put(server, new Uint8Array(100_001)), 413);
    assert.deepEqual([announced.code, /larger than the 100 kB/.test(announced.message)], [
      "too_large",
      true,
    ]);
    assert.equal((await refusal(await put(server, stream(block, block)), 413)).code, "too_large");
    const inForm = form(["video", new File([new Uint8Array(100_001)], "a.mp4")]);
    assert.equal((await refusal(await post(server, inForm), 413)).code, "too_large");
    assert.equal((await (await put(server, new Uint8Array(100_000))).json()).bytes, 100_000);
  }));

Deno.test("an upload that is announced too large is refused before it is sent", () =>
  served({ limits: { upload: 1000 } }, async (server) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(text.encode("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"));
    const answer = new Uint8Array(500);
    const length = await connection.read(answer);
    assert.match(new TextDecoder().decode(answer.subarray(0, length!)), /^HTTP\/1.1 413 /);
  }));

Deno.test("an upload that the disk has no room for is refused before it is sent", () =>
  served({ limits: { upload: Infinity } }, async (server) => {
    const headers = { "content-length": String(1e18) };
    const request = new Request("http://x/", { method: "PUT", headers, body: "x" });
    await assert.rejects(server.uploads.receiveRaw(request), { code: "disk_full", message: /no room/ });
  }));

Deno.test({
  name: "a disk that is full ends an upload as disk_full and leaves nothing",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "reverie-test-" });
    const path = `${folder}/upload`;
    await Deno.symlink("/dev/full", path);
    const file = await IncomingFile.create(path, Infinity);
    try {
      await file.write(new Uint8Array(10));
      await assert.rejects(file.close(), (error) => asReverieError(error).status === 507);
    } finally {
      await file.discard();
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
  },
});

Deno.test("a request without a body is refused with 411, an empty body is not", () =>
  served({}, async (server) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(text.encode("PUT / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const answer = new Uint8Array(500);
    const length = await connection.read(answer);
    assert.match(new TextDecoder().decode(answer.subarray(0, length!)), /^HTTP\/1.1 411 .*length_required/s);
    assert.equal((await (await put(server, new Uint8Array())).json()).bytes, 0);
  }));

Deno.test("uploads that break off leave nothing", () =>
  served({}, async (server) => {
    await hangUp(server, "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    await hangUp(server, "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    const part = '--b\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\nabc';
    const type = "Content-Type: multipart/form-data; boundary=b";
    await hangUp(server, `POST / HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: 1000\r\n\r\n${part}`);
  }));

Deno.test("an upload that falls silent is ended", () =>
  served({ idle: 100 }, async (server) => {
    const held = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(text.encode("abc")),
    });
    const error = await refusal(await put(server, held), 400);
    assert.match(error.message, /nothing came for 0.1 seconds/);
    await held.cancel().catch(() => {});
  }));

Deno.test("a form arrives with its file's name and its fields, in any order, over those of the query", () =>
  served({}, async (server) => {
    const body = form(["blend", "0.3"], ["video", new File(["12345"], "夢.mp4")], ["layers", "a"], [
      "layers",
      "b",
    ]);
    const response = await fetch(`${server.url}/api/dreams?blend=0.9&octaves=2`, { method: "POST", body });
    const fields = { blend: "0.3", octaves: "2", layers: "a,b" };
    assert.deepEqual(await response.json(), { name: "夢.mp4", fields, bytes: 5 });
  }));

Deno.test("a form's file is stored under a name of the server's own, whatever it is called", () =>
  served({ onReceived: ({ file }) => assert.match(file, /\/[0-9a-f]{32}$/) }, async (server) => {
    for (const name of ["../../x", "/etc/passwd", "x".repeat(5000), "a\r\nb", "\u202e4pm.exe"]) {
      const told = await (await post(server, form(["video", new File(["1"], name)]))).json();
      assert.ok(told.name.length <= 200 && !/[\\/\0\r\n]/.test(told.name), JSON.stringify(told));
    }
    await refusal(await post(server, form(["video", new File(["1"], "a\0b")])), 400);
  }));

Deno.test("forms without a video, with other files or too many parts are refused", () =>
  served({}, async (server) => {
    const cases: [FormData, string | undefined, RegExp][] = [
      [form(["blend", "1"]), "video", /no file in its field video/],
      [form(["video", "clip.mp4"]), "video", /must be a file/],
      [form(["video", new File([], "")]), "video", /no file in its field video/],
      [form(["clip", clip]), "clip", /must be in the field video/],
      [form(["video", clip], ["video", clip]), "video", /more than one file/],
      [form(["video", clip], ["other", clip]), "video", /more than one file/],
      [form(["video", clip], ["blend", "1".repeat(20_000)]), "blend", /too long/],
      [form(...Array(101).fill(["blend", "1"]), ["video", clip]), undefined, /too many parts/],
    ];
    for (const [body, field, message] of cases) {
      const error = await refusal(await post(server, body), 400);
      assert.deepEqual([error.code, error.field], ["invalid_request", field], error.message);
      assert.match(error.message, message);
    }
  }));

Deno.test("what is no form, or a broken one, is refused", () =>
  served({}, async (server) => {
    const type = { "content-type": "multipart/form-data; boundary=b" };
    const head = '--b\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n';
    const cases: [string, Record<string, string>, RegExp][] = [
      ["{}", { "content-type": "application/json" }, /send a multipart form/],
      ["x", { "content-type": "multipart/form-data; charset=x" }, /no boundary/],
      ["", type, /broken/],
      ["no form at all", type, /broken/],
      [head + "12345", type, /broken/],
      ["--b\r\nbad header\r\n\r\n1\r\n--b--\r\n", type, /broken/],
      ["--b--\r\n", type, /no file/],
    ];
    for (const [body, headers, message] of cases) {
      assert.match((await refusal(await post(server, body, headers), 400)).message, message, body);
    }
  }));

Deno.test("a check refuses an upload before its body is read", async () => {
  await using server = serveUploads();
  const check = (fields: Record<string, string>) => {
    if (fields["blend"] === "2") throw new RangeError("no");
  };
  let reads = 0;
  const body = new ReadableStream<Uint8Array>({ pull: () => void reads++ }, { highWaterMark: 0 });
  const request = new Request("http://x/?blend=2", { method: "PUT", body });
  await assert.rejects(server.uploads.receiveRaw(request, { check }));
  assert.equal(reads, 0);
  const inForm = new Request("http://x/", { method: "POST", body: form(["blend", "2"], ["video", clip]) });
  await assert.rejects(server.uploads.receiveMultipart(inForm, { check }));
  assert.deepEqual(server.left(), []);
});
