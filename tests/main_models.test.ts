import assert from "node:assert/strict";
import { join } from "node:path";
import { withWebServer } from "./models/web_server.ts";
import {
  googLeNetFile,
  publishedParts,
  sharedGoogLeNet,
  torchCheckpoint,
} from "./models/networks/googlenet_fixture.ts";
import { type Outcome, runScript } from "./run_deno.ts";
import { testWith } from "./needs.ts";

/** Runs `models` with a cache folder and no network access except to the mirror. */
function models(cache: string, mirror: string, ...args: string[]): Promise<Outcome> {
  return runScript("main.ts", ["models", ...args], { REVERIE_CACHE: cache, REVERIE_MIRROR: mirror });
}

async function inCache(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-cache-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const publishedFolder =
  "/raw.githubusercontent.com/chaosmail/caffejs/dedfd566d0268352c3becdc808ea3d24908a7a0c" +
  "/examples/models/bvlc_googlenet/weights";

testWith(
  googLeNetFile,
  "two processes pull googlenet from a mirror at once, and fetch it once",
  () =>
    inCache(async (cache) => {
      const shared = await sharedGoogLeNet();
      const files = Object.fromEntries(
        Array.from(publishedParts(shared), ([path, bytes]) => [`${publishedFolder}/${path}`, bytes]),
      );
      await withWebServer(files, async ({ url, asked }) => {
        const outcomes = await Promise.all([
          models(cache, url, "pull", "googlenet"),
          models(cache, url, "pull", "googlenet", "--json"),
        ]);
        const path = join(cache, "networks", "googlenet.onnx");
        for (const { code, stderr } of outcomes) assert.equal(code, 0, stderr);
        assert.equal(outcomes[0]!.stdout.trim().split("\n").at(-1), path);
        assert.equal(JSON.parse(outcomes[1]!.stdout.trim().split("\n").at(-1)!).path, path);
        assert.deepEqual(asked.map(({ path }) => path).filter((path) => !path.startsWith(publishedFolder)), [
          "/huggingface.co/onnxmodelzoo/googlenet-12/resolve/main/googlenet-12.onnx",
        ]);
        assert.equal(asked.length, 117);
      });
      const listed = JSON.parse((await models(cache, "", "list", "--json")).stdout);
      const { size } = listed.find(({ name }: { name: string }) => name === "googlenet");
      assert.ok(size > 27_994_208);
      assert.match((await models(cache, "", "list")).stdout, /googlenet +here \(28\.0 MB\)/);
    }),
);

Deno.test("models pull googlenet without a connection says what to do in one line", () =>
  inCache(async (cache) => {
    const { code, stderr } = await models(cache, "http://127.0.0.1:9", "pull", "googlenet");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^reverie: cannot fetch googlenet: 127\.0\.0\.1:9 cannot be reached; connect [^\n]*models add FILE\n$/,
    );
    assert.deepEqual([...Deno.readDirSync(join(cache, "networks"))], []);
  }));

testWith(
  googLeNetFile,
  "models add takes a PyTorch checkpoint of GoogLeNet, and show tells what a file was recognised as",
  () =>
    inCache(async (cache) => {
      const shared = await sharedGoogLeNet();
      const file = join(cache, "bvlc_googlenet.pth");
      await Deno.writeFile(file, torchCheckpoint(shared));
      const shown = await models(cache, "", "show", file);
      assert.match(shown.stdout, /recognised as +googlenet/);
      assert.match(shown.stdout, /inception_4c\/output/);
      const path = join(cache, "networks", "googlenet.onnx");
      assert.equal((await models(cache, "", "add", file)).stdout, `googlenet: ${path}\n`);
      const { stdout, code } = await models(cache, "", "add", file, "--json");
      assert.deepEqual([code, JSON.parse(stdout)], [0, { name: "googlenet", path, added: false }]);
      const { stderr, code: refused } = await models(cache, "", "add", "deno.json");
      assert.deepEqual([refused, stderr.split("\n").length], [2, 2]);
    }),
);
