import assert from "node:assert/strict";
import { protectedApp, rawRequest, whileServing } from "./app.ts";

async function status(host: string, app = protectedApp()): Promise<number> {
  return (await app.request("/healthz", { headers: { Host: host } })).status;
}

Deno.test("on a loopback address only names of this machine are answered", async () => {
  const local = [
    "localhost",
    "localhost:8000",
    "LocalHost",
    "localhost.",
    "reverie.localhost",
    "127.0.0.1:8000",
  ];
  for (const host of [...local, "127.1.2.3", "[::1]", "[::1]:8000"]) {
    assert.equal(await status(host), 200, host);
  }
  const foreign = [
    "other.example",
    "localhost.other.example",
    "127.0.0.1.other.example",
    "192.168.0.2",
    "0.0.0.0",
  ];
  foreign.push(
    "[::]",
    "[fe80::1]",
    "mylocalhost",
    "localhost@other.example",
    "other.example#localhost",
    "a b",
    "128.0.0.1",
  );
  for (const host of foreign) assert.equal(await status(host), 403, host);
  for (const host of ["::1", "localhost", "127.0.0.2"]) {
    assert.equal(await status("other.example", protectedApp({ host })), 403, host);
  }
});

Deno.test("the host of an origin that --cors names is answered, for proxies", async () => {
  const app = protectedApp({ cors: ["https://dreams.example"] });
  assert.equal(await status("dreams.example", app), 200);
  assert.equal(await status("dreams.example:443", app), 200);
  assert.equal(await status("other.example", app), 403);
});

Deno.test("on other addresses every name is answered", async () => {
  assert.equal(await status("dreams.example", protectedApp({ host: "0.0.0.0", token: "secret" })), 200);
});

Deno.test("a rebound name is refused on a real connection", async () => {
  await whileServing(protectedApp(), async (address) => {
    const ask = async (host: string) => {
      return (await rawRequest(address, ["GET /api/dreams HTTP/1.1", `Host: ${host}`, "Connection: close"]))
        .status;
    };
    assert.equal(await ask(address.host), 200);
    assert.equal(await ask(`rebound.example:${address.port}`), 403);
    assert.equal(await ask(""), 403);
  });
});
