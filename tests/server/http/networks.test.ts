import assert from "node:assert/strict";
import { join } from "node:path";
import { Hono } from "hono";
import type { Networks } from "../../../static/app/types.ts";
import { isOperator } from "../../../server/security/operator.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";
import { googLeNetFile, publishedParts, sharedGoogLeNet } from "../../models/networks/googlenet_fixture.ts";
import { withWebServer } from "../../models/web_server.ts";
import { json, type TestServer, withTestServer } from "../helpers.ts";
import { testWith } from "../../needs.ts";

/** Path of GoogLeNet's second source on a mirror. */
const base =
  "/raw.githubusercontent.com/chaosmail/caffejs/dedfd566d0268352c3becdc808ea3d24908a7a0c/examples/models/" +
  "bvlc_googlenet/weights";

async function networks({ ask }: TestServer): Promise<Networks> {
  return await json(await ask("/api/networks"));
}

const googlenet = ({ networks }: Networks) => networks.find(({ name }) => name === "googlenet")!;

/** Polls until no download is running. */
async function settled(server: TestServer): Promise<Networks> {
  for (;;) {
    const told = await networks(server);
    if (!googlenet(told).fetch?.running) return told;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("the server tells its networks, which are here, and which one dreams", async () => {
  await withEmptyCache(async (folder) => {
    await Deno.mkdir(join(folder, "networks"));
    await Deno.writeTextFile(join(folder, "networks", "inception-v3.onnx"), "");
    await withTestServer(async (server) => {
      const told = await networks(server);
      assert.equal(told.dreams, "inception-v3");
      assert.equal(told.mayFetch, true);
      assert.equal(googlenet(told).here, false);
      assert.ok(googlenet(told).layers.includes("inception_4c/output"));
      assert.ok(told.networks.every(({ name }) => !name.startsWith("raft")));
      const { plain, presets } = await json(await server.ask("/api/settings"));
      assert.deepEqual([plain.network, plain.madeFor], ["inception-v3", "googlenet"]);
      assert.ok(presets.every(({ network }: { network: string }) => network === "inception-v3"));
    });
  });
});

testWith(
  googLeNetFile,
  "a network is fetched on request, with progress, and dreams from then on",
  async () => {
    const model = await sharedGoogLeNet();
    const files = Object.fromEntries(
      publishedParts(model).entries().map(([path, bytes]) => [`${base}/${path}`, bytes]),
    );
    await withEmptyCache(() =>
      withWebServer(
        files,
        ({ url }) =>
          withEnvironment({ REVERIE_MIRROR: url }, () =>
            withTestServer(async (server) => {
              const begun = await json(
                await server.ask("/api/networks/googlenet/fetch", { method: "POST" }),
                202,
              );
              assert.equal(googlenet(begun).fetch?.running, true);
              const told = await settled(server);
              assert.equal(googlenet(told).fetch, undefined);
              assert.equal(googlenet(told).here, true);
              assert.equal(told.dreams, "googlenet");
              const { plain, defaults } = await json(await server.ask("/api/settings"));
              assert.equal(plain.network, "googlenet");
              assert.equal(defaults.model, "googlenet");
            })),
      )
    );
  },
);

Deno.test("a fetch that fails is told in one line without the server's folders, and may be tried again", async () => {
  await withEmptyCache((folder) =>
    withWebServer(
      {},
      ({ url }) =>
        withEnvironment({ REVERIE_MIRROR: url }, () =>
          withTestServer(async (server) => {
            for (let times = 0; times < 2; times++) {
              await json(await server.ask("/api/networks/googlenet/fetch", { method: "POST" }), 202);
              const { fetch } = googlenet(await settled(server));
              assert.equal(fetch?.running, false);
              assert.match(fetch!.error!, /^cannot fetch googlenet: /);
              assert.doesNotMatch(fetch!.error!, /\n/);
              assert.ok(!fetch!.error!.includes(folder));
            }
          })),
    )
  );
});

Deno.test("a network that is not there cannot be fetched", () =>
  withTestServer(async ({ ask }) => {
    for (const name of ["raft-small", "nonsense", "..%2Fetc"]) {
      const { error } = await json(await ask(`/api/networks/${name}/fetch`, { method: "POST" }), 404);
      assert.equal(error.code, "not_found");
    }
  }));

Deno.test("the operator is who has the token, or without one sits at the server's machine", async () => {
  const asked = async (options: { token?: string }, host: string, remote?: string) => {
    const app = new Hono().get("/", (c) => c.text(String(isOperator(c, options))));
    const env = remote === undefined
      ? {}
      : { remoteAddr: { transport: "tcp", hostname: remote, port: 4242 } };
    return await (await app.request("/", { headers: { Host: host } }, env)).text() === "true";
  };
  assert.equal(await asked({ token: "secret" }, "dreams.example", "203.0.113.9"), true);
  assert.equal(await asked({}, "localhost:8000", "127.0.0.1"), true);
  assert.equal(await asked({}, "[::1]:8000", "::1"), true);
  assert.equal(await asked({}, "localhost:8000", "203.0.113.9"), false);
  assert.equal(await asked({}, "dreams.example", "127.0.0.1"), false, "a proxy stands in between");
  assert.equal(await asked({}, "localhost:8000"), false);
});
