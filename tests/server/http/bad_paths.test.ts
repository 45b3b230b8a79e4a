import assert from "node:assert/strict";
import { until, upload, withTestServer } from "../helpers.ts";
import { jsonBody, refused } from "./refused.ts";

Deno.test("Paths that lead nowhere, ids that nobody has and methods that do not fit", async () => {
  await withTestServer(async (server) => {
    const forged = [
      "0".repeat(32),
      "../../etc/passwd".replaceAll("/", "%2f"),
      "..",
      "%2e%2e",
      "1' OR 1=1",
      "a".repeat(5000),
    ];
    for (const id of forged) {
      const path = `/api/dreams/${encodeURI(id)}`;
      for (
        const file of [
          "",
          "/video.mp4",
          "/source",
          "/poster.jpg",
          "/hls/index.m3u8",
          "/events",
          "/sees/flow.jpg",
        ]
      ) {
        // A client's URL parser turns dots into another path, but never into another file.
        if (!id.includes("..") && !id.includes("%2e") || file !== "") {
          await refused(server, [path + file], [404, "not_found"]);
        }
      }
      if (id.includes(".") || id.includes("%2e")) continue;
      await refused(server, [path, { method: "DELETE" }], [404, "not_found"]);
      await refused(server, [path, jsonBody("PATCH", { blend: 0.5 })], [404, "not_found"]);
      await refused(server, [`${path}/cancel`, { method: "POST" }], [404, "not_found"]);
      await refused(server, [`${path}/again`, { method: "POST" }], [404, "not_found"]);
      await refused(server, [`/api/preview?dream=${encodeURIComponent(id)}`, { method: "POST" }], [
        404,
        "not_found",
      ]);
    }
    for (
      const path of [
        "/api",
        "/api/nothing",
        "/api/dreams/",
        "/nothing",
        "/static/index.html",
        "/vendor/nothing.js",
      ]
    ) {
      await refused(server, [path], [404, "not_found"]);
    }
    const wrong: [method: string, path: string, allowed: string][] = [
      ["DELETE", "/api/dreams", "GET, HEAD, OPTIONS, POST, PUT"],
      ["PUT", `/api/dreams/${forged[0]}`, "DELETE, GET, HEAD, OPTIONS, PATCH"],
      ["GET", `/api/dreams/${forged[0]}/cancel`, "OPTIONS, POST"],
      ["POST", `/api/dreams/${forged[0]}/video.mp4`, "GET, HEAD, OPTIONS"],
      ["GET", "/api/preview", "OPTIONS, POST"],
      ["POST", "/healthz", "GET, HEAD, OPTIONS"],
      ["GET", `/files/${forged[0]}`, "DELETE, HEAD, OPTIONS, PATCH"],
    ];
    for (const [method, path, allowed] of wrong) {
      await refused(server, [path, { method }], [405, "method_not_allowed"]);
      const response = await server.ask(path, { method });
      assert.equal(response.headers.get("Allow"), allowed);
      await response.body?.cancel();
    }
  });
});

Deno.test("No path leads to a file outside of a dream or the page, however it is written", async () => {
  await withTestServer(async (server) => {
    const { id } = await upload(server);
    await until(server, id, "done");
    await Deno.writeTextFile(`${server.data}/dreams/${id}/hls/secret.txt`, "secret");
    const { port } = new URL(server.url);
    const ups = [
      "../",
      "..%2f",
      "%2e%2e/",
      "%2e%2e%2f",
      "..\\",
      "..%5c",
      "....//",
      "%252e%252e%252f",
      "..%00/",
    ];
    const starts = ["/", "/app/", "/vendor/", `/api/dreams/${id}/hls/`, `/api/dreams/${id}/`, "/files/"];
    for (const start of starts) {
      for (const up of ups) {
        for (const file of ["deno.json", "etc/passwd", "source", "reverie.sqlite", "video.mp4"]) {
          const answer = await raw(Number(port), start + up.repeat(file === "etc/passwd" ? 12 : 2) + file);
          assert.match(answer, /^HTTP\/1.1 (400|404|405) /, start + up + file);
        }
      }
    }
    await refused(server, [`/api/dreams/${id}/hls/secret.txt`], [404, "not_found"]);
  });
});

/** Sends a path unchanged, which fetch would normalise. */
async function raw(port: number, path: string): Promise<string> {
  using connection = await Deno.connect({ port });
  const head = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(200);
  const bytes = await connection.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, bytes ?? 0));
}
