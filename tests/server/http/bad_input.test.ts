import assert from "node:assert/strict";
import { defaultLimits } from "../../../server/options.ts";
import { filesBelow, json, quickQuery, slowQuery, until, upload, withTestServer } from "../helpers.ts";
import { clip, jsonBody, put, refused } from "./refused.ts";

Deno.test("Settings that are wrong are refused by name, and leave nothing", async () => {
  const wrong: [query: string, field: string][] = [
    ["blend=1.5", "blend"],
    ["blend=high", "blend"],
    ["blend=", "blend"],
    ["blend=NaN", "blend"],
    ["imageSize=63", "imageSize"],
    ["imageSize=512.5", "imageSize"],
    ["octaveScale=1", "octaveScale"],
    ["channels=1,-2", "channels"],
    ["layers=", "layers"],
    ["smoothing=much", "smoothing"],
    ["independent=maybe", "independent"],
    ["seed=4294967296", "seed"],
    ["nonsense=1", "nonsense"],
    ["constructor=1", "constructor"],
    ["__proto__=1", "__proto__"],
    ["preset=none", "preset"],
    ["preset=constructor", "preset"],
    ["from=later", "from"],
    ["duration=0", "duration"],
    ["duration=-1", "duration"],
    ["model=/etc/passwd", "model"],
    ["model=../../secret.onnx", "model"],
    ["from=1:00", "from"],
  ];
  await withTestServer(async (server) => {
    for (const [query, field] of wrong) {
      await refused(server, [`/api/dreams?${query}`, put()], [400, "invalid_parameter", field]);
      const form = new FormData();
      for (const [name, value] of new URLSearchParams(query)) form.append(name, value);
      form.append("video", new Blob([clip]), "clip.mp4");
      const init = { method: "POST", body: form };
      await refused(server, ["/api/dreams", init], [400, "invalid_parameter", field]);
      await refused(server, [`/api/samples?${query}`, { method: "POST" }], [400, "invalid_parameter", field]);
    }
    assert.deepEqual(await json(await server.ask("/api/dreams")), { dreams: [] });
    assert.deepEqual(await filesBelow(server.data), []);
  });
});

Deno.test("JSON bodies of the wrong kind are refused", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server, slowQuery);
    await until(server, id, "running");
    const path = `/api/dreams/${id}`;
    const changes: [value: unknown, field: string][] = [
      [{ blend: "high" }, "blend"],
      [{ blend: null }, "blend"],
      [{ blend: [0.5] }, "blend"],
      [{ blend: 2 }, "blend"],
      [{ layers: "" }, "layers"],
      [{ nonsense: 1 }, "nonsense"],
      [{ imageSize: 128 }, "imageSize"],
      [{ preset: "art" }, "preset"],
      [{ model: "/etc/passwd" }, "model"],
    ];
    for (const [value, field] of changes) {
      await refused(server, [path, jsonBody("PATCH", value)], [400, "invalid_parameter", field]);
    }
    for (const body of ["{", "[]", "null", "blend=0.3"]) {
      await refused(server, [path, { method: "PATCH", body }], [400, "invalid_request"]);
      await refused(server, [`${path}/again`, { method: "POST", body }], [400, "invalid_request"]);
      await refused(server, ["/api/samples", { method: "POST", body }], [400, "invalid_request"]);
    }
    const large = jsonBody("PATCH", { layers: "x".repeat(100_000) });
    await refused(server, [path, large], [413, "too_large"]);
    await refused(server, [`${path}/again`, jsonBody("POST", { preset: 3 })], [
      400,
      "invalid_parameter",
      "preset",
    ]);
    await refused(server, [`${path}/again`, jsonBody("POST", { octaves: 0 })], [
      400,
      "invalid_parameter",
      "octaves",
    ]);
    await refused(server, ["/api/samples", jsonBody("POST", { blend: {} })], [
      400,
      "invalid_parameter",
      "blend",
    ]);
  });
});

/** The clip cut off before its picture data: it can be probed, but not decoded. */
function withoutPictures(): Uint8Array<ArrayBuffer> {
  return clip.slice(0, new TextDecoder("latin1").decode(clip).indexOf("mdat") + 4);
}

Deno.test("What is not a video is refused, and leaves nothing", async () => {
  const playlist =
    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXTINF:1,\nhttp://127.0.0.1:1/x\n";
  const bodies: [body: BodyInit, status: number, code: string][] = [
    ["", 415, "not_a_video"],
    ["just text", 415, "not_a_video"],
    [playlist, 415, "not_a_video"],
    ["ffconcat version 1.0\nfile /etc/passwd\n", 415, "not_a_video"],
    ['<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>', 415, "not_a_video"],
    [crypto.getRandomValues(new Uint8Array(10_000)), 415, "not_a_video"],
    [await Deno.readFile("docs/dreamed.jpg"), 415, "not_a_video"],
    [withoutPictures(), 422, "unusable_video"],
  ];
  await withTestServer(async (server) => {
    for (const [body, status, code] of bodies) {
      await refused(server, ["/api/dreams?name=clip.mp4", put(body)], [status, code]);
      const form = new FormData();
      form.append("video", new Blob([body as BlobPart]), "clip.mp4");
      await refused(server, ["/api/dreams", { method: "POST", body: form }], [status, code]);
    }
    const urlencoded = { method: "POST", body: new URLSearchParams({ video: "x" }) };
    await refused(server, ["/api/dreams", urlencoded], [415, "not_a_video"]);
    await refused(server, ["/api/dreams", jsonBody("POST", { video: "x" })], [415, "not_a_video"]);
    await refused(server, ["/api/dreams", { method: "PUT" }], [415, "not_a_video"]);
    const noVideo = new FormData();
    noVideo.append("blend", "0.3");
    await refused(server, ["/api/dreams", { method: "POST", body: noVideo }], [
      400,
      "invalid_request",
      "video",
    ]);
    assert.deepEqual(await json(await server.ask("/api/dreams")), { dreams: [] });
    assert.deepEqual(await filesBelow(server.data), []);
  });
});

Deno.test("What is too large is refused, with and without its length, and leaves nothing", async () => {
  const chunked = (chunks: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (chunks-- > 0) controller.enqueue(new Uint8Array(50_000));
        else controller.close();
      },
    });
  const form = () => {
    const form = new FormData();
    form.append("video", new Blob([new Uint8Array(3_000_000)]), "clip.mp4");
    return { method: "POST", body: form };
  };
  const limits = { ...defaultLimits, upload: 100_000 };
  await withTestServer(async (server) => {
    await refused(server, ["/api/dreams", put(new Uint8Array(200_000))], [413, "too_large"]);
    await refused(server, ["/api/dreams", put(new Uint8Array(20_000_000))], [413, "too_large"]);
    await refused(server, ["/api/dreams", put(chunked(40))], [413, "too_large"]);
    await refused(server, ["/api/dreams", form()], [413, "too_large"]);
    await refused(server, ["/api/preview", { method: "POST", body: chunked(40) }], [413, "too_large"]);
    assert.deepEqual(await filesBelow(server.data), []);
  }, { limits });
});

Deno.test("Videos outside the limits of length, size and queue are refused", async () => {
  const limits = { ...defaultLimits, duration: 1 };
  await withTestServer(async (server) => {
    await refused(server, ["/api/dreams", put()], [422, "unusable_video"]);
    await refused(server, ["/api/samples", { method: "POST" }], [422, "unusable_video"]);
    // A part of it is short enough.
    const { id } = await upload(server, quickQuery());
    await server.ask(`/api/dreams/${id}`, { method: "DELETE" });
    assert.deepEqual(await filesBelow(server.data), []);
  }, { limits });
  await withTestServer(async (server) => {
    await refused(server, ["/api/dreams", put()], [422, "unusable_video"]);
  }, { limits: { ...defaultLimits, pixels: 1000 } });
  await withTestServer(async (server) => {
    const running = await upload(server, slowQuery);
    await until(server, running.id, "running");
    await upload(server);
    for (
      const request of [["/api/dreams", put()], ["/api/samples", { method: "POST" }]] as [
        string,
        RequestInit,
      ][]
    ) {
      const response = await server.ask(...request);
      assert.ok(Number(response.headers.get("Retry-After")) > 0);
      assert.equal((await json(response, 503)).error.code, "queue_full");
    }
    await refused(server, [`/api/dreams/${running.id}/again`, { method: "POST" }], [503, "queue_full"]);
  }, { limits: { ...defaultLimits, queue: 1 } });
});

Deno.test("An upload that breaks off leaves nothing", async () => {
  await withTestServer(async (server) => {
    const { port } = new URL(server.url);
    for (const length of [`Content-Length: ${clip.length}`, "Transfer-Encoding: chunked"]) {
      const connection = await Deno.connect({ port: Number(port) });
      const head = `PUT /api/dreams HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${length}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head + (length.startsWith("T") ? "ffff\r\n" : "")));
      await connection.write(clip.subarray(0, 10_000));
      while ((await filesBelow(server.data)).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      connection.close();
      const end = performance.now() + 60_000;
      while ((await filesBelow(server.data)).length > 0) {
        assert.ok(performance.now() < end, "the file is still there");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    assert.deepEqual(await json(await server.ask("/api/dreams")), { dreams: [] });
  });
});

Deno.test("With a token nobody gets in without it, uploads neither", async () => {
  await withTestServer(async (server) => {
    const closed: [string, RequestInit?][] = [["/api/dreams"], ["/api/dreams", put()], ["/metrics"], [
      "/openapi.json",
    ]];
    for (const request of closed) await refused(server, request, [401, "unauthorized"]);
    await refused(server, ["/api/dreams", { headers: { Authorization: "Bearer wrong" } }], [
      401,
      "unauthorized",
    ]);
    await json(await server.ask("/api/dreams", { headers: { Authorization: "Bearer a-long-secret" } }));
    await json(await server.ask("/healthz"));
    const { headers } = await server.ask("/api/dreams", { method: "HEAD" });
    assert.equal(headers.get("WWW-Authenticate"), 'Bearer realm="reverie"');
    assert.deepEqual(await filesBelow(server.data), []);
  }, { token: "a-long-secret" });
});
