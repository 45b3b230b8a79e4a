import assert from "node:assert/strict";
import { join } from "node:path";
import { drawCard, inFolder } from "./pipeline/clips.ts";
import { type Outcome, runScript } from "./run_deno.ts";
import { sharedFile } from "./shared_data.ts";
import { testWith } from "./needs.ts";

/** Runs the program with an empty cache folder and without network access. */
async function reverie(...args: string[]): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-cache-" });
  const nowhere = "http://127.0.0.1:9";
  try {
    const env = { REVERIE_CACHE: folder, HTTPS_PROXY: nowhere, https_proxy: nowhere };
    return await runScript("main.ts", args, env);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("models pull raft-large says that it is offline, and how to do without", async () => {
  const { code, stderr } = await reverie("models", "pull", "raft-large");
  assert.equal(code, 1);
  assert.match(stderr, /^reverie: cannot fetch raft_large_C_T_SKHT_V2-ff5fadd5\.pth: [^\n]+\n$/);
  assert.match(stderr, /download\.pytorch\.org cannot be reached; connect to the network once/);
  assert.match(
    stderr,
    /fetch https:\S+ff5fadd5\.pth on another machine and put it at \S+, or .*--flow-model/,
  );
});

Deno.test("models list and show know RAFT", async () => {
  const networks = JSON.parse((await reverie("models", "list", "--json")).stdout);
  const large = networks.find(({ name }: { name: string }) => name === "raft-large");
  assert.deepEqual([large.purpose, large.path, /^BSD-3-Clause/.test(large.licence)], [
    "flow",
    undefined,
    true,
  ]);
  const { stdout } = await reverie("models", "show", "raft-large");
  assert.match(stdout, /trained by torchvision/);
  assert.match(stdout, /file +not here; fetch it \(21\.1 MB\) with: .*models pull raft-large/);
  assert.doesNotMatch(stdout, /layers/);
});

Deno.test("dream --flow says what is missing in one line with status 2", () =>
  inFolder(async (folder) => {
    const clip = await drawCard(folder, { seconds: 0.2 });
    const refused = async (expected: RegExp, ...flags: string[]) => {
      const { code, stderr } = await reverie("dream", clip, join(folder, "dream.mp4"), ...flags);
      assert.match(stderr, expected);
      assert.deepEqual([code, stderr.trimEnd().includes("\n")], [2, false]);
    };
    await refused(
      /weights of raft-large are not here.*"models pull raft-large"/,
      "--flow-model",
      "raft-large",
    );
    await refused(/--flow-model none\.pth: there is no such file/, "--flow=raft", "--flow-model=none.pth");
    await refused(/--flow must be auto, raft or dis, not "farneback"/, "--flow=farneback");
    await refused(/--flow-updates must be a whole number from 1 to 32, not "0"/, "--flow-updates=0");
  }));

const weights = sharedFile("weights/raft-small.pth");
const clip = sharedFile("clips/rotate-buck-bunny.mp4");

testWith(
  [weights, clip],
  "dream says that pictures are too large for RAFT before it fetches or builds anything",
  async () => {
    await inFolder(async (folder) => {
      const sizes = ["--image-size=2048", "--flow-size=2048", "--duration=0.1"];
      const raft = ["--flow=raft", "--flow-model", weights.path];
      const { code, stderr } = await reverie(
        "dream",
        clip.path,
        join(folder, "dream.mp4"),
        ...raft,
        ...sizes,
      );
      assert.match(
        stderr,
        /^reverie: RAFT needs \S+ GB of memory at \S+ and may take \S+ GB here: lower --flow-size\n$/,
      );
      assert.equal(code, 2);
    });
  },
);
