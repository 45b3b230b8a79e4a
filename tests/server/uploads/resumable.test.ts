import assert from "node:assert/strict";
import { serveUploads, type UploadServer } from "./upload_server.ts";

const version = { "tus-resumable": "1.0.0" };

function metadata(fields: Record<string, string>): string {
  const base64 = (text: string) => new TextEncoder().encode(text).toBase64();
  return Object.entries(fields).map(([name, value]) => `${name} ${base64(value)}`).join(",");
}

async function create(
  server: UploadServer,
  length: number,
  fields: Record<string, string> = {},
  body?: string,
): Promise<Response> {
  const type = { "content-type": "application/offset+octet-stream" };
  const named = Object.keys(fields).length > 0 ? { "upload-metadata": metadata(fields) } : {};
  const headers = { ...version, "upload-length": String(length), ...named, ...(body !== undefined && type) };
  return await fetch(`${server.url}/files`, { method: "POST", headers, ...(body !== undefined && { body }) });
}

async function created(
  server: UploadServer,
  length: number,
  fields: Record<string, string> = {},
): Promise<string> {
  const response = await create(server, length, fields);
  assert.equal(response.status, 201, await response.text());
  const location = response.headers.get("location")!;
  assert.match(location, /^\/files\/[0-9a-f]{32}$/);
  return location;
}

async function patch(
  server: UploadServer,
  location: string,
  offset: number,
  body: BodyInit,
): Promise<Response> {
  const headers = {
    ...version,
    "upload-offset": String(offset),
    "content-type": "application/offset+octet-stream",
  };
  const response = await fetch(server.url + location, { method: "PATCH", headers, body });
  return new Response(response.status === 204 ? null : await response.text(), response);
}

async function head(server: UploadServer, location: string): Promise<Response> {
  const response = await fetch(server.url + location, { method: "HEAD", headers: version });
  await response.body?.cancel();
  return response;
}

async function refusal(
  response: Response,
  status: number,
): Promise<{ code: string; message: string; field?: string }> {
  const body = await response.text();
  assert.equal(response.status, status, body);
  return JSON.parse(body).error;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("an upload in pieces becomes a dream, and both of its files are gone", async () => {
  let content = "", fields: Record<string, string> = {};
  await using server = serveUploads({
    onReceived: (received) => {
      content = Deno.readTextFileSync(received.file);
      fields = { file: received.name, ...received.fields };
    },
  });
  const location = await created(server, 10, { filename: "../夢.mp4", filetype: "video/mp4", blend: "0.3" });
  assert.equal((await patch(server, location, 0, "01234")).headers.get("upload-offset"), "5");
  assert.equal((await head(server, location)).headers.get("upload-offset"), "5");
  assert.equal(server.left().length, 2);
  const done = await patch(server, location, 5, "56789");
  assert.deepEqual([done.headers.get("reverie-dream"), done.headers.get("reverie-location")], [
    "1",
    "/api/dreams/1",
  ]);
  assert.equal(content, "0123456789");
  assert.deepEqual(fields, { file: "夢.mp4", name: "../夢.mp4", blend: "0.3" });
  assert.deepEqual(server.left(), []);
});

Deno.test("a client that missed the last answer learns of its dream, and makes no second one", async () => {
  let received = 0;
  await using server = serveUploads({ onReceived: () => received++ });
  const location = await created(server, 4);
  await patch(server, location, 0, "0123");
  const response = await head(server, location);
  assert.deepEqual(
    ["upload-offset", "upload-length", "reverie-dream"].map((name) => response.headers.get(name)),
    ["4", "4", "1"],
  );
  await refusal(await patch(server, location, 4, ""), 404);
  assert.equal(received, 1);
});

Deno.test("an upload may come with its creation", async () => {
  await using server = serveUploads();
  const response = await create(server, 4, { filename: "a.mp4" }, "0123");
  await response.body?.cancel();
  assert.deepEqual([response.status, response.headers.get("reverie-dream")], [201, "1"]);
  assert.deepEqual(server.left(), []);
});

Deno.test("an upload that broke off goes on from what has come", async () => {
  let content = "";
  await using server = serveUploads({ onReceived: ({ file }) => content = Deno.readTextFileSync(file) });
  const location = await created(server, 8);
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const type = "Content-Type: application/offset+octet-stream";
  const lines = [`PATCH ${location} HTTP/1.1`, "Host: x", "Tus-Resumable: 1.0.0", "Upload-Offset: 0", type];
  await connection.write(new TextEncoder().encode([...lines, "Content-Length: 8", "", "abcd"].join("\r\n")));
  await pause(100);
  connection.close();
  const path = server.left().find((one) => !one.endsWith(".json"))!;
  for (let tries = 0; tries < 3000 && Deno.statSync(path).size === 0; tries++) await pause(20);
  // The interrupted request holds its upload a moment longer.
  await pause(500);
  assert.equal((await head(server, location)).headers.get("upload-offset"), "4");
  await patch(server, location, 4, "efgh");
  assert.equal(content, "abcdefgh");
});

Deno.test("unusable metadata is refused before anything is sent, with its field", async () => {
  await using server = serveUploads();
  const range = await refusal(await create(server, 10, { blend: "7" }), 400);
  assert.deepEqual([range.code, range.field], ["invalid_parameter", "blend"]);
  assert.equal((await refusal(await create(server, 10, { colours: "7" }), 400)).field, "colours");
  assert.equal((await refusal(await create(server, 10, { model: "/etc/passwd" }), 400)).field, "model");
  assert.deepEqual(server.left(), []);
});

Deno.test("uploads above the limit are refused and leave nothing", async () => {
  await using server = serveUploads({ limits: { upload: 10 } });
  assert.equal((await refusal(await create(server, 11), 413)).code, "too_large");
  assert.equal((await refusal(await create(server, 5, {}, "0123456789"), 413)).code, "too_large");
  const headers = { ...version, "upload-defer-length": "1" };
  const deferred = await fetch(`${server.url}/files`, { method: "POST", headers });
  await deferred.body?.cancel();
  const location = deferred.headers.get("location")!;
  assert.equal((await refusal(await patch(server, location, 0, "0123456789a"), 413)).code, "too_large");
  const gone = await fetch(server.url + location, { method: "DELETE", headers: version });
  assert.equal(gone.status, 204);
  assert.deepEqual(server.left(), []);
});

Deno.test("an upload that is no video is told so by its last answer, and is gone", async () => {
  await using server = serveUploads({ inspected: true });
  const location = await created(server, 5, { filename: "letter.mp4" });
  const error = await refusal(await patch(server, location, 0, "hello"), 415);
  assert.equal(error.code, "not_a_video");
  assert.match(error.message, /^"letter\.mp4" is .*not a video/);
  assert.equal((await head(server, location)).status, 404);
  assert.deepEqual(server.left(), []);
});

Deno.test("forged ids, wrong offsets and other methods are refused as JSON", async () => {
  await using server = serveUploads();
  const location = await created(server, 10);
  for (const id of ["0".repeat(32), "..%2f..%2fetc%2fpasswd", `${location.slice(7)}.json`, "x", "%00", ""]) {
    const response = await patch(server, `/files/${id}`, 0, "x");
    assert.equal((await refusal(response, 404)).code, "not_found", id);
  }
  assert.equal((await refusal(await patch(server, location, 3, "x"), 409)).code, "conflict");
  const read = await fetch(server.url + location);
  assert.equal((await refusal(read, 405)).code, "method_not_allowed");
  const noVersion = await fetch(`${server.url}/files`, { method: "POST" });
  assert.equal((await refusal(noVersion, 412)).code, "invalid_request");
});

Deno.test("a defect of whoever takes the upload over is thrown, for the log, and leaves nothing", async () => {
  await using server = serveUploads();
  const tus = server.uploads.tus(() => Promise.reject(new TypeError("a defect")));
  const headers = { ...version, "upload-length": "1", "content-type": "application/offset+octet-stream" };
  const request = new Request("http://x/files", { method: "POST", headers, body: "1" });
  await assert.rejects(tus(request), /a defect/);
  assert.deepEqual(server.left(), []);
});

Deno.test("nobody elsewhere is let in by the protocol's own headers", async () => {
  await using server = serveUploads();
  const headers = { ...version, origin: "https://elsewhere.example" };
  for (const method of ["OPTIONS", "POST"]) {
    const response = await fetch(`${server.url}/files`, { method, headers });
    await response.body?.cancel();
    assert.deepEqual([...response.headers.keys()].filter((name) => name.startsWith("access-control")), []);
  }
});

Deno.test("unfinished uploads are removed after a day, and not before", async () => {
  await using server = serveUploads();
  const old = await created(server, 10);
  const young = await created(server, 10);
  assert.equal(await server.uploads.removeExpired(), 0);
  const yesterday = new Date(Date.now() - 25 * 3600 * 1000);
  for (const path of server.left()) {
    if (path.includes(old.slice(7))) await Deno.utime(path, yesterday, yesterday);
  }
  assert.equal(await server.uploads.removeExpired(), 1);
  assert.equal((await head(server, old)).status, 404);
  assert.equal((await head(server, young)).status, 200);
});
