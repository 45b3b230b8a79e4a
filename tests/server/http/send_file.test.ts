import assert from "node:assert/strict";
import { parse } from "content-disposition";
import { contentDisposition, revalidated, sendFile } from "../../../server/http/files/send_file.ts";

const options = { type: "video/mp4", cache: revalidated };

/** A file of 200,000 varied bytes on a real server, so that lengths are those on the wire. */
async function withFile(test: (url: string, bytes: Uint8Array) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) & 255);
  await Deno.writeFile(path, bytes);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    return await sendFile(request, path, options) ?? new Response(null, { status: 404 });
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}/`, bytes);
  } finally {
    await server.shutdown();
    await Deno.remove(path);
  }
}

Deno.test("sendFile() sends the whole file with its length, type and tag", async () => {
  await withFile(async (url, bytes) => {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Content-Length"), "200000");
    assert.equal(response.headers.get("Content-Type"), "video/mp4");
    assert.equal(response.headers.get("Accept-Ranges"), "bytes");
    assert.match(response.headers.get("ETag")!, /^"[^"]+"$/);
    assert.deepEqual(await response.bytes(), bytes);
  });
});

Deno.test("sendFile() sends the part that Range asks for", async () => {
  await withFile(async (url, bytes) => {
    const parts = [["bytes=100-70099", 100, 70099], ["bytes=-5", 199_995, 199_999], [
      "bytes=199999-",
      199_999,
      199_999,
    ]];
    for (const [Range, start, end] of parts as [string, number, number][]) {
      const response = await fetch(url, { headers: { Range } });
      assert.equal(response.status, 206);
      assert.equal(response.headers.get("Content-Range"), `bytes ${start}-${end}/200000`);
      assert.equal(response.headers.get("Content-Length"), String(end - start + 1));
      assert.deepEqual(await response.bytes(), bytes.slice(start, end + 1));
    }
  });
});

Deno.test("sendFile() answers 416 with the size where a range lies behind the end", async () => {
  await withFile(async (url) => {
    const response = await fetch(url, { headers: { Range: "bytes=200000-" } });
    assert.equal(response.status, 416);
    assert.equal(response.headers.get("Content-Range"), "bytes */200000");
    assert.equal(await response.text(), "");
  });
});

Deno.test("sendFile() answers HEAD with the headers of GET and no body, whatever Range says", async () => {
  await withFile(async (url) => {
    const response = await fetch(url, { method: "HEAD", headers: { Range: "bytes=0-9" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Content-Length"), "200000");
    assert.equal(await response.text(), "");
  });
});

Deno.test("sendFile() answers 304 to those who have the file", async () => {
  await withFile(async (url) => {
    const { headers } = await fetch(url, { method: "HEAD" });
    const etag = headers.get("ETag")!, modified = headers.get("Last-Modified")!;
    const conditions = [{ "If-None-Match": etag }, { "If-None-Match": `"x", W/${etag}` }, {
      "If-None-Match": "*",
    }];
    for (const condition of [...conditions, { "If-Modified-Since": modified }]) {
      const response = await fetch(url, { headers: condition });
      assert.equal(response.status, 304);
      assert.equal(response.headers.get("ETag"), etag);
      assert.equal(await response.text(), "");
    }
    const other = await fetch(url, { headers: { "If-None-Match": '"x"', "If-Modified-Since": modified } });
    assert.equal(other.status, 200);
    await other.body?.cancel();
  });
});

Deno.test("sendFile() sends the whole file where If-Range names another one", async () => {
  await withFile(async (url) => {
    const { headers } = await fetch(url, { method: "HEAD" });
    const statusOf = async (condition: string) => {
      const response = await fetch(url, { headers: { Range: "bytes=0-9", "If-Range": condition } });
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await statusOf(headers.get("ETag")!), 206);
    assert.equal(await statusOf(headers.get("Last-Modified")!), 206);
    assert.equal(await statusOf('"another"'), 200);
    assert.equal(await statusOf(`W/${headers.get("ETag")}`), 200);
    assert.equal(await statusOf("Thu, 01 Jan 1970 00:00:00 GMT"), 200);
  });
});

Deno.test("sendFile() closes the file when the client goes in the middle", async () => {
  await withFile(async (url) => {
    for (let times = 0; times < 5; times++) {
      const response = await fetch(url);
      const reader = response.body!.getReader();
      await reader.read();
      await reader.cancel();
    }
  });
});

Deno.test("sendFile() finds neither what is not there nor folders", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.equal(await sendFile(new Request("http://x/"), `${folder}/none`, options), undefined);
    assert.equal(await sendFile(new Request("http://x/"), folder, options), undefined);
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("contentDisposition() tells any name, and lets none out of its place", () => {
  for (const name of ["clip.mp4", "my clip.mp4", 'é"\r\nx: y*.mp4', "50%20.mp4", "a\\b;c.mp4", "映画.mp4"]) {
    const header = contentDisposition(name);
    assert.match(header, /^attachment; filename[\x20-\x7e]+$/);
    assert.equal(parse(header).parameters["filename"], name);
  }
  assert.equal(parse(contentDisposition("\ud800.mp4")).parameters["filename"], "\ufffd.mp4");
});
