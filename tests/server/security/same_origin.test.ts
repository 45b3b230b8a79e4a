import assert from "node:assert/strict";
import { protectedApp, rawRequest, upgrade, whileServing } from "./app.ts";

const app = protectedApp({ cors: [] });
const friendly = protectedApp({ cors: ["https://friend.example"] });

async function post(headers: Record<string, string>, to = app, url = "http://localhost:8000/api/dreams") {
  return (await to.request(url, { method: "POST", headers })).status;
}

Deno.test("what does not come from a browser may change things", async () => {
  assert.equal(await post({}), 200);
  assert.equal(await post({ "Content-Type": "application/x-www-form-urlencoded" }), 200);
});

Deno.test("the own page may change things", async () => {
  assert.equal(await post({ Origin: "http://localhost:8000" }), 200);
  assert.equal(await post({ "Sec-Fetch-Site": "same-origin", Origin: "http://localhost:8000" }), 200);
  assert.equal(await post({ "Sec-Fetch-Site": "none" }), 200);
});

Deno.test("behind a proxy that speaks TLS the own page may change things", async () => {
  assert.equal(await post({ Origin: "https://localhost:8000" }), 200);
  assert.equal(await post({ Host: "localhost:443", Origin: "https://localhost" }), 200);
});

Deno.test("pages of other origins may not change things", async () => {
  const origins = [
    "https://other.example",
    "http://localhost:8001",
    "http://localhost",
    "null",
    "nonsense",
    "",
  ];
  for (const Origin of [...origins, "http://localhost:8000.other.example", "file://"]) {
    assert.equal(await post({ Origin }), 403, Origin);
  }
  for (const site of ["cross-site", "same-site", "nonsense"]) {
    assert.equal(await post({ "Sec-Fetch-Site": site }), 403, site);
    assert.equal(await post({ "Sec-Fetch-Site": site, Origin: "http://localhost:8000" }), 403, site);
  }
  for (const method of ["PUT", "PATCH", "DELETE", "NONSENSE"]) {
    const response = await app.request("/api/dreams", {
      method,
      headers: { Origin: "https://other.example" },
    });
    assert.equal(response.status, 403, method);
    assert.equal((await response.json()).error.code, "forbidden");
  }
});

Deno.test("reading is not refused, but left to CORS", async () => {
  const headers = { Origin: "https://other.example", "Sec-Fetch-Site": "cross-site" };
  for (const method of ["GET", "HEAD"]) {
    const response = await app.request("/api/dreams", { method, headers });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Access-Control-Allow-Origin"), null);
  }
});

Deno.test("origins that --cors names may change things, others still not", async () => {
  const site = { "Sec-Fetch-Site": "cross-site" };
  assert.equal(await post({ ...site, Origin: "https://friend.example" }, friendly), 200);
  for (
    const Origin of [
      "http://friend.example",
      "https://friend.example:444",
      "https://a.friend.example",
      "null",
    ]
  ) {
    assert.equal(await post({ ...site, Origin }, friendly), 403, Origin);
  }
});

Deno.test("pages of other origins cannot open sockets", async () => {
  await whileServing(friendly, async (address) => {
    const status = async (...headers: string[]) => {
      return (await rawRequest(address, upgrade(address, "/socket", ...headers))).status;
    };
    assert.equal(await status("Origin: https://other.example"), 403);
    assert.equal(await status("Origin: null"), 403);
    assert.equal(await status(`Origin: http://localhost:${address.port}`), 403);
    assert.equal(await status("Sec-Fetch-Site: same-site"), 403);
    assert.equal(await status(`Origin: ${address.origin}`), 101);
    assert.equal(await status("Origin: https://friend.example"), 101);
    assert.equal(await status(), 101);
  });
});

Deno.test("a socket works through all of the layer", async () => {
  await whileServing(friendly, async (address) => {
    const socket = new WebSocket(new URL("/socket", address));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    socket.onopen = () => socket.send("hello");
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error("the socket failed"));
    assert.equal(await promise, "hello");
    const closed = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await closed;
  });
});
