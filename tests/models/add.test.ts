import assert from "node:assert/strict";
import { join } from "node:path";
import { addNetwork } from "../../models/add.ts";
import { cachedModelPath, openCatalogNetwork } from "../../models/catalog.ts";
import { ReverieError } from "../../models/errors.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { writeModel } from "../../models/onnx/write.ts";
import { withEmptyCache, withEnvironment } from "../environment.ts";
import { caffemodel, googLeNetFile, sharedGoogLeNet, torchCheckpoint } from "./networks/googlenet_fixture.ts";
import { testWith } from "../needs.ts";
import { commandLine } from "../../pipeline/command_line/spelling.ts";

async function withFile(bytes: Uint8Array, call: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "file");
    await Deno.writeFile(path, bytes);
    await call(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refused(path: string, expected: RegExp): Promise<void> {
  await assert.rejects(addNetwork(path), (error) => {
    assert.ok(error instanceof ReverieError && error.exitCode === 2, String(error));
    const line = error.told(commandLine);
    assert.ok(line.startsWith(path) && !line.includes("\n"), line);
    assert.match(line, expected);
    return true;
  });
}

testWith(
  googLeNetFile,
  "a file of GoogLeNet is kept under the catalog's name, once",
  () =>
    withEmptyCache(async () => {
      const shared = await sharedGoogLeNet();
      const path = cachedModelPath("googlenet");
      await withFile(caffemodel(shared, "2014"), async (file) => {
        assert.deepEqual(await addNetwork(file), { name: "googlenet", path, added: true });
      });
      await Deno.writeTextFile(path, "as it was");
      await withFile(torchCheckpoint(shared), async (file) => {
        assert.deepEqual(await addNetwork(file), { name: "googlenet", path, added: false });
      });
      assert.equal(await Deno.readTextFile(path), "as it was");
      assert.deepEqual([...Deno.readDirSync(join(path, ".."))].map(({ name }) => name), ["googlenet.onnx"]);
    }),
);

testWith(
  googLeNetFile,
  "what was added is dreamed with by its name, without a connection",
  () =>
    withEmptyCache(async () => {
      const shared = await sharedGoogLeNet();
      await withFile(writeModel(shared), async (file) => void await addNetwork(file));
      await withEnvironment({ REVERIE_OFFLINE: "1" }, async () => {
        const { name, kind, defaultLayers } = await openCatalogNetwork("googlenet");
        assert.deepEqual([name, kind, defaultLayers], ["googlenet", "googlenet", ["inception_4c/output"]]);
      });
    }),
);

testWith(googLeNetFile, "of two that add at once one does", () =>
  withEmptyCache(async () => {
    const shared = await sharedGoogLeNet();
    await withFile(writeModel(shared), async (file) => {
      const added = await Promise.all([addNetwork(file), addNetwork(file)]);
      assert.deepEqual(added.map(({ added }) => added).sort(), [false, true]);
    });
  }));

Deno.test("other networks are refused, and it is said how to dream with them", () =>
  withEmptyCache(async (folder) => {
    const g = new GraphBuilder();
    g.output("y", g.relu(g.input("x", "float32", [1, 3, "h", "w"])), "float32");
    await withFile(writeModel(g.build()), (file) => refused(file, /--model \S+ takes any ONNX network/));
    await withFile(new TextEncoder().encode("no network"), (file) => refused(file, /not an ONNX model/));
    await refused(join(folder, "none.pth"), /there is no such file/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

testWith(
  googLeNetFile,
  "another training of GoogLeNet is refused, and it is said how to dream with it",
  () =>
    withEmptyCache(async (folder) => {
      const shared = await sharedGoogLeNet();
      (shared.graph.initializers.get("conv1/7x7_s2_bias")!.data as Float32Array)[0]! += 1;
      await withFile(torchCheckpoint(shared), (file) => refused(file, /of another training; .*--model/));
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }),
);
