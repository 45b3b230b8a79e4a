import assert from "node:assert/strict";
import { join } from "node:path";
import { cacheFolder } from "../../models/cache.ts";
import { catalogEntry, inceptionV3, localModelPath, pull } from "../../models/catalog.ts";
import { Engine } from "../../models/engine/engine.ts";
import { ReverieError } from "../../models/errors.ts";
import { describeNetwork, listNetworks } from "../../models/listing.ts";
import { openNetwork } from "../../models/networks/open.ts";
import { withEnvironment } from "../environment.ts";
import { commandLine } from "../../pipeline/command_line/spelling.ts";

Deno.test("the cache folder can be moved", async () => {
  await withEnvironment({ REVERIE_CACHE: "/elsewhere" }, async () => {
    await Promise.resolve(assert.equal(cacheFolder(), "/elsewhere"));
  });
});

Deno.test("a network that is not in the catalog is refused with the names there are", () => {
  assert.throws(
    () => catalogEntry("vgg"),
    (error) => error instanceof ReverieError && /inception-v3/.test(error.message),
  );
});

Deno.test("without a network the user is told so, and nothing is left in the cache", async () => {
  const folder = await Deno.makeTempDir();
  const offline = { REVERIE_CACHE: folder, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
  await withEnvironment(offline, async () => {
    await assert.rejects(
      pull("inception-v3"),
      (error) =>
        error instanceof ReverieError && error.exitCode === 1 && /cannot be reached/.test(error.message),
    );
    assert.deepEqual([...Deno.readDirSync(join(folder, "networks"))], []);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("InceptionV3 runs at any size and is only fetched once", async () => {
  const network = await inceptionV3();
  await withEnvironment({ NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" }, async () => {
    assert.equal((await inceptionV3()).model.graph.nodes.length, network.model.graph.nodes.length);
  });
  using engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(network.model);
  const dims = [1, 3, 160, 192];
  const { mixed10 } = await session.run<"mixed10">({
    picture: { type: "float32", dims, data: new Float32Array(3 * 160 * 192) },
  });
  assert.deepEqual(mixed10.dims, [1, 2048, 3, 4]);
});

Deno.test("an interrupted download leaves only what the next one goes on from", async () => {
  const folder = await Deno.makeTempDir();
  const controller = new AbortController();
  await withEnvironment({ REVERIE_CACHE: folder }, async () => {
    const onProgress = (received: number) => received > 0 && controller.abort();
    const pulling = pull("inception-v3", { onProgress, signal: controller.signal });
    await assert.rejects(pulling, { name: "AbortError" });
    assert.deepEqual(
      [...Deno.readDirSync(join(folder, "networks", "inception-v3.onnx.parts"))].map(({ name }) => name),
      [
        "nsfwjs@4.3.0.tgz.part",
      ],
    );
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("weights that came with the program, or were put into the cache, are here", async () => {
  const folder = await Deno.makeTempDir();
  await withEnvironment({ REVERIE_CACHE: folder }, async () => {
    const name = "raft-large";
    assert.equal(await localModelPath(name), undefined);
    const listed = (await listNetworks()).find((network) => network.name === name)!;
    assert.deepEqual([listed.purpose, listed.path], ["flow", undefined]);

    await Deno.mkdir(join(folder, "networks"));
    const path = join(folder, "networks", "raft_large_C_T_SKHT_V2-ff5fadd5.pth");
    await Deno.writeTextFile(path, "weights");
    assert.equal(await localModelPath(name), path);
    assert.equal(await pull(name), path, "and not fetched");
    const described = await describeNetwork(name);
    assert.ok(described.kind === "catalog" && described.path === path && described.size === 7);
    assert.match(described.source, /^https:.*ff5fadd5\.pth$/);
    assert.match(described.licence, /^BSD-3-Clause/);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what finds motion is not dreamed with", async () => {
  await assert.rejects(
    openNetwork({ model: "raft-small" }),
    (error) =>
      error instanceof ReverieError && /--model raft-small: .*--flow-model/.test(error.told(commandLine)),
  );
});
