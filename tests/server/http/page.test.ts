import assert from "node:assert/strict";
import { Hono } from "hono";
import type { Env } from "../../../server/http/env.ts";
import { pageFile } from "../../../server/http/files/static_files.ts";
import { page, vendorRoutes } from "../../../server/http/routes/page.ts";

const app = new Hono<Env>().route("/vendor", vendorRoutes()).use(page());

Deno.test("The page and what belongs to it have their types and tags", async () => {
  const files = { "/": "text/html", "/app/main.js": "text/javascript", "/style/tokens.css": "text/css" };
  for (const [path, type] of Object.entries(files)) {
    const response = await app.request(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get("Content-Type"), `${type}; charset=utf-8`);
    await response.body?.cancel();
    const headers = { "If-None-Match": response.headers.get("ETag")! };
    assert.equal((await app.request(path, { headers })).status, 304);
  }
});

Deno.test("The sample clip can be read in parts", async () => {
  const response = await app.request("/sample.mp4", { headers: { Range: "bytes=4-7" } });
  assert.equal(response.status, 206);
  assert.equal(await response.text(), "ftyp");
});

Deno.test("The libraries of the page come from their packages", async () => {
  const hls = await app.request("/vendor/hls.mjs");
  assert.equal(hls.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  assert.match(await hls.text(), /export\s*\{/);
  assert.match(await (await app.request("/vendor/tus.min.js")).text(), /\.tus=/);
});

Deno.test("pageFile() names nothing outside the page, nor what is none of it", () => {
  const paths = [
    "/../deno.json",
    "/..%2f..%2fdeno.json",
    "/%2e%2e/deno.json",
    "/app/../../main.ts",
    "/app//main.js",
  ];
  const others = [
    "/app/types.ts",
    "/.git/config",
    "/app/.hidden.js",
    "//etc/passwd",
    "/app\\main.js",
    "/a\0.js",
  ];
  for (const path of [...paths, ...others]) assert.equal(pageFile(path), undefined, path);
});

Deno.test("The page answers reads alone, and leaves what it has not to others", async () => {
  assert.equal((await app.request("/", { method: "POST" })).status, 404);
  assert.equal((await app.request("/none.js")).status, 404);
  assert.equal((await app.request("/app")).status, 404);
  assert.equal(
    (await app.request("/", { method: "HEAD" })).headers.get("Content-Type"),
    "text/html; charset=utf-8",
  );
});
