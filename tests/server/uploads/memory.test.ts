import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** Bytes. */
const size = 300e6;
const mostAdded = 150e6;

for (const [route, upload] of [["raw", raw], ["multipart", multipart], ["tus", tus]] as const) {
  Deno.test(`a 300 MB upload by ${route} adds less than 150 MB of memory`, async () => {
    const path = fileURLToPath(new URL("upload_server.ts", import.meta.url));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", path],
      stdout: "piped",
      stdin: "null",
    });
    const server = command.spawn();
    try {
      const output = server.stdout.getReader();
      const url = new TextDecoder().decode((await output.read()).value).trim();
      await output.cancel();
      await upload(url, 1e6);
      const before = await memory(url);
      await upload(url, size);
      const { peak } = await memory(url);
      const added = peak - before.now;
      console.log(`${route}: ${(added / 1e6).toFixed(0)} MB added to ${(before.now / 1e6).toFixed(0)} MB`);
      assert.ok(added < mostAdded, `${added} bytes were added`);
    } finally {
      server.kill();
      await server.status;
    }
  });
}

async function memory(url: string): Promise<{ now: number; peak: number }> {
  return await (await fetch(`${url}/memory`)).json();
}

async function raw(url: string, bytes: number): Promise<void> {
  const answer = await send(url, "PUT /api/dreams?name=zeros.mp4", {}, bytes);
  assert.match(answer, new RegExp(`^HTTP/1.1 200 .*"bytes":${bytes}}$`, "s"));
}

async function multipart(url: string, bytes: number): Promise<void> {
  const head = '--x\r\nContent-Disposition: form-data; name="video"; filename="zeros.mp4"\r\n\r\n';
  const headers = { "Content-Type": "multipart/form-data; boundary=x" };
  const answer = await send(url, "POST /api/dreams", headers, bytes, head, "\r\n--x--\r\n");
  assert.match(answer, new RegExp(`^HTTP/1.1 200 .*"bytes":${bytes}}$`, "s"));
}

async function tus(url: string, bytes: number): Promise<void> {
  const headers = { "Tus-Resumable": "1.0.0" };
  const created = await send(url, "POST /files", { ...headers, "Upload-Length": String(bytes) }, 0);
  const path = /^location: (.+?)\r$/im.exec(created)?.[1];
  assert.ok(path, created);
  const patch = { ...headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
  const answer = await send(url, `PATCH ${path}`, patch, bytes);
  assert.match(answer, /^HTTP\/1.1 204 .*reverie-dream: /si);
}

/** Sends zeros, generated on the fly, between two texts, and returns the whole response. */
async function send(
  url: string,
  request: string,
  headers: Record<string, string>,
  bytes: number,
  head = "",
  tail = "",
): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const all = {
    ...headers,
    Host: hostname,
    Connection: "close",
    "Content-Length": String(head.length + bytes + tail.length),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  await write(connection, new TextEncoder().encode([`${request} HTTP/1.1`, ...lines, "", head].join("\r\n")));
  const block = new Uint8Array(1e6);
  for (let left = bytes; left > 0; left -= block.length) {
    await write(connection, block.subarray(0, Math.min(left, block.length)));
  }
  await write(connection, new TextEncoder().encode(tail));
  return await new Response(connection.readable).text();
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}
