/** Unauthorised requests to the whole server. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { pino } from "pino";
import { defaultLimits } from "../../../server/options.ts";
import { startServer } from "../../../server/serve.ts";
import { withTestServer } from "../helpers.ts";
import { rawRequest, token, upgrade } from "./app.ts";
import { documented, filled, type Operation } from "./documented.ts";

const nobodysId = "0123456789abcdef".repeat(2);
const withToken = { Authorization: `Bearer ${token}` };

/** Routes open to everyone. */
const open = ["get /healthz", "post /login", "post /logout"];

Deno.test("no route that is documented answers without the token, or with a wrong one", async () => {
  await withTestServer(async ({ url }) => {
    const operations = (await documented(url, withToken)).filter(({ name }) => !open.includes(name));
    assert.ok(operations.length > 20, `only ${operations.length} routes are documented`);
    for (const operation of operations) await assertClosed(url, operation);
  }, { token });
});

async function assertClosed(url: string, { name, method, path }: Operation): Promise<void> {
  const to = filled(path, nobodysId);
  const attempts: [string, HeadersInit][] = [
    [to, {}],
    [to, { Authorization: "Bearer wrong" }],
    [to, { Cookie: `reverie_session=${token}` }],
    [`${to}?token=wrong`, {}],
    ...(method === "GET" ? [] : [[`${to}?token=${token}`, {}] as [string, HeadersInit]]),
  ];
  for (const [target, headers] of attempts) {
    const response = await fetch(url + target, { method, headers });
    const { error } = await response.json();
    assert.deepEqual([response.status, error?.code], [401, "unauthorized"], `${name}: ${target}`);
  }
}

Deno.test("what is not documented is closed, too", async () => {
  await withTestServer(async ({ url }) => {
    const paths = [
      "/",
      "/index.html",
      "/app/main.js",
      "/vendor/hls.mjs",
      "/openapi.json",
      "/metrics",
      "/files",
    ];
    for (const path of [...paths, `/files/${nobodysId}`, "/api", "/api/none", "/nothing", "/sample.mp4"]) {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const response = await fetch(url + path, { method });
        await response.body?.cancel();
        assert.equal(response.status, 401, `${method} ${path}`);
      }
    }
  }, { token });
});

Deno.test("a person finds the way from the page to the login and back", async () => {
  await withTestServer(async ({ url }) => {
    const page = { headers: { Accept: "text/html" }, redirect: "manual" as const };
    const front = await fetch(url, page);
    await front.body?.cancel();
    assert.deepEqual([front.status, front.headers.get("Location")], [303, "/login"]);
    const login = await fetch(`${url}/login`, page);
    const form = await login.text();
    assert.equal(login.status, 200);
    for (const [, asset = ""] of form.matchAll(/(?:href|src)="(\/[^"]+)"/g)) {
      const response = await fetch(url + asset);
      await response.body?.cancel();
      assert.equal(response.status, 200, asset);
    }
    const body = new URLSearchParams({ token, next: "/metrics" });
    const entered = await fetch(`${url}/login`, { ...page, method: "POST", body });
    await entered.body?.cancel();
    assert.deepEqual([entered.status, entered.headers.get("Location")], [303, "/metrics"]);
    const cookie = entered.headers.get("Set-Cookie")?.split(";")[0] ?? "";
    const dreams = await fetch(`${url}/api/dreams`, { headers: { Cookie: cookie } });
    await dreams.body?.cancel();
    assert.equal(dreams.status, 200);
  }, { token });
});

Deno.test("ids that were made up are not found, whatever they look like", async () => {
  await withTestServer(async ({ url }) => {
    const forged = [
      nobodysId,
      nobodysId.toUpperCase(),
      nobodysId.slice(1),
      `${nobodysId}0`,
      "0",
      "-1",
      "NaN",
    ];
    forged.push(
      "constructor",
      "__proto__",
      "%00",
      `${nobodysId}%00`,
      "..%2f..%2f..%2fetc%2fpasswd",
      "%2e%2e",
      "*",
    );
    forged.push("'%20OR%201=1%20--", "%25%32%65", "a".repeat(5000), "🌀", "undefined", `${nobodysId}%2f..`);
    const operations = (await documented(url)).filter(({ path }) => path.includes("{id}"));
    assert.ok(operations.length > 10, `only ${operations.length} routes take an id`);
    for (const { name, method, path } of operations) {
      for (const id of forged) {
        const to = filled(path, id);
        const response = await fetch(url + to, { method });
        const { error } = await response.json();
        assert.equal(response.status, 404, `${name}: ${id.slice(0, 60)}`);
        assert.equal(typeof error.message, "string");
      }
    }
  });
});

Deno.test("no socket opens for a dream that was made up", async () => {
  await withTestServer(async ({ url }) => {
    const address = new URL(url);
    for (const id of [nobodysId, "0", "..%2f..", "__proto__"]) {
      const { status } = await rawRequest(address, upgrade(address, `/api/dreams/${id}/live`));
      assert.equal(status, 404, id);
    }
  });
});

Deno.test("no page of another site opens a socket, and nobody without the token", async () => {
  await withTestServer(async ({ url }) => {
    const address = new URL(url);
    for (const path of ["/api/camera", `/api/dreams/${nobodysId}/live`]) {
      const status = async (query: string, ...headers: string[]) => {
        return (await rawRequest(address, upgrade(address, path + query, ...headers))).status;
      };
      assert.equal(await status(""), 401, path);
      assert.equal(await status("?token=wrong", `Origin: ${url}`), 401, path);
      for (const foreign of ["Origin: https://other.example", "Origin: null", "Sec-Fetch-Site: cross-site"]) {
        assert.equal(await status(`?token=${token}`, foreign), 403, `${path} ${foreign}`);
      }
    }
  }, { token });
});

Deno.test("a site that points its name at this machine gets nothing", async () => {
  await withTestServer(async ({ url }) => {
    const address = new URL(url);
    for (const path of ["/", "/api/dreams", "/api/settings", "/healthz", "/metrics", "/openapi.json"]) {
      const head = [`GET ${path} HTTP/1.1`, `Host: rebound.example:${address.port}`, "Connection: close"];
      assert.equal((await rawRequest(address, head)).status, 403, path);
    }
    const socket = upgrade(address, "/api/camera").with(1, "Host: rebound.example");
    assert.equal((await rawRequest(address, socket)).status, 403);
  });
});

Deno.test("pages of other sites change nothing and read nothing", async () => {
  await withTestServer(async ({ url }) => {
    const headers = { Origin: "https://other.example" };
    for (const { name, method, path } of await documented(url)) {
      const response = await fetch(url + filled(path, nobodysId), { method, headers });
      await response.body?.cancel();
      if (method !== "GET") assert.equal(response.status, 403, name);
      const allowed = [...response.headers.keys()].filter((key) => key.startsWith("access-control-"));
      assert.deepEqual(allowed, [], name);
    }
  });
});

Deno.test("methods that a route does not have are refused by name", async () => {
  await withTestServer(async ({ url }) => {
    const byPath = Map.groupBy(await documented(url), ({ path }) => path);
    for (const [path, operations] of byPath) {
      const known = operations.map(({ method }) => method);
      for (
        const method of ["GET", "PUT", "POST", "PATCH", "DELETE"].filter((each) => !known.includes(each))
      ) {
        if (path === "/login" || path.startsWith("/files")) continue;
        const response = await fetch(url + filled(path, nobodysId), { method });
        const { error } = await response.json();
        assert.deepEqual([response.status, error.code], [405, "method_not_allowed"], `${method} ${path}`);
        for (const each of known) {
          assert.ok(response.headers.get("Allow")?.includes(each), `${method} ${path}`);
        }
      }
    }
  });
});

Deno.test("no token ever gets into the log, right or wrong, wherever it was shown", async () => {
  const wrong = "a-wrong-token-of-somebody";
  await whileLogging(async ({ url, lines }) => {
    const address = new URL(url);
    for (const each of [token, wrong]) {
      const paths = ["/", "/api/dreams", "/api/none", `/api/dreams/${nobodysId}`, "/login", "/%zz"];
      for (const path of paths) {
        for (const Accept of ["*/*", "text/html"]) {
          const shown = [{ Authorization: `Bearer ${each}` }, { Cookie: `reverie_session=${each}` }, {}];
          for (const headers of shown) {
            await asked(`${url}${path}?token=${each}`, { headers: { ...headers, Accept } });
          }
        }
      }
      const body = new URLSearchParams({ token: each, next: `/?token=${each}` });
      await asked(`${url}/login`, { method: "POST", body, headers: { Accept: "text/html" } });
      await asked(`${url}/login`, { method: "POST", body: JSON.stringify({ token: [each] }) });
      await rawRequest(
        address,
        upgrade(address, `/api/camera?token=${each}`, "Origin: https://other.example"),
      );
    }
    assert.ok(lines.length > 70, `${lines.length} lines`);
    for (const line of lines) {
      JSON.parse(line);
      assert.ok(!line.includes(token) && !line.includes(wrong), line);
    }
  });
});

async function asked(url: string, request: RequestInit): Promise<void> {
  const response = await fetch(url, { ...request, redirect: "manual" });
  await response.body?.cancel();
}

/** Calls `use` while a server with a token runs that logs everything into memory. */
async function whileLogging(use: (server: { url: string; lines: string[] }) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir({ prefix: "reverie-hostile-" });
  const lines: string[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => done(void lines.push(String(line).trimEnd())),
  });
  const options = { host: "127.0.0.1", port: 0, data, cors: [], withoutToken: false, limits: defaultLimits };
  try {
    const server = await startServer({ ...options, token }, { log: pino({ level: "trace" }, sink) });
    await use({ url: server.url, lines }).finally(server.close);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}
