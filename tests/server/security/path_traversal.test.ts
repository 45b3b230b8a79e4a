/** Paths that try to leave the served folders. */
import assert from "node:assert/strict";
import { upload, withTestServer } from "../helpers.ts";
import { rawRequest } from "./app.ts";

Deno.test("no path leads out of the page's files", async () => {
  await withTestServer(async ({ url }) => {
    const up = [
      "../",
      "..%2f",
      "%2e%2e/",
      "%2e%2e%2f",
      "..%5c",
      "..\\",
      "%252e%252e%252f",
      "..;/",
      ".%00./",
      "....//",
    ];
    const goals = ["deno.json", "etc/passwd", "main.ts", "server/options.ts"];
    for (const start of ["/", "/style/", "/app/", "/vendor/", "/vendor/hls.mjs/", "/login/", "//"]) {
      for (const step of up) {
        for (const goal of goals) {
          await assertNothing(url, `${start}${step.repeat(goal.startsWith("etc") ? 9 : 1)}${goal}`);
        }
      }
    }
    for (
      const path of [
        "//etc/passwd",
        "/file:///etc/passwd",
        "/C:/Windows/win.ini",
        "/deno.json",
        "/.git/config",
      ]
    ) {
      await assertNothing(url, path);
    }
  });
});

Deno.test("no path leads out of a dream's folder or the uploads", async () => {
  await withTestServer(async (server) => {
    const { url, data } = server;
    await Deno.writeTextFile(`${data}/secret.txt`, "root: nothing to see");
    const { id } = await upload(server);
    const starts = [`/api/dreams/${id}/`, `/api/dreams/${id}/hls/`, `/api/dreams/${id}/sees/`, "/files/"];
    for (const start of starts) {
      for (const step of ["../", "..%2f", "%2e%2e%2f", "..\\", "%252e%252e%252f"]) {
        for (const goal of ["secret.txt", "reverie.sqlite", "source", "deno.json"]) {
          for (const steps of [1, 2, 3]) await assertNothing(url, start + step.repeat(steps) + goal);
        }
      }
    }
    for (const name of ["source.m4s", "%2fetc%2fpasswd", "index.m3u8%00.m4s", "video.mp4.m4s"]) {
      await assertNothing(url, `/api/dreams/${id}/hls/${name}`);
    }
    assert.equal((await fetch(`${url}/api/dreams/${id}`, { method: "DELETE" })).ok, true);
  });
});

/** Requests a path unchanged, since fetch would normalise it. */
async function assertNothing(url: string, path: string): Promise<void> {
  const { status, text } = await rawRequest(new URL(url), [
    `GET ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    "Connection: close",
  ]);
  assert.ok(status >= 400 && status < 500, `${path} was answered with ${status}: ${text.slice(0, 400)}`);
  assert.doesNotMatch(text, /root:|nodeModulesDir|SQLite format|import \{/, path);
}
