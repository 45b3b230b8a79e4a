import assert from "node:assert/strict";
import { readCheckpoint } from "../../../../models/networks/checkpoint/read.ts";
import { ReverieError } from "../../../../models/errors.ts";
import { Random } from "../../../../pipeline/graphs/random.ts";
import { sharedFile } from "../../../shared_data.ts";
import { read, refused } from "./reading.ts";
import { concat, zip } from "./write.ts";
import { testWith } from "../../../needs.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

function fixture(name: string): string {
  return decodeURIComponent(new URL(`../../../fixtures/${name}`, import.meta.url).pathname);
}

for (const layout of ["zip", "legacy", "training"]) {
  Deno.test(`a checkpoint that PyTorch wrote (${layout}) is read, whatever its elements are`, async () => {
    const checkpoint = await readCheckpoint(fixture(`checkpoint_${layout}.pth`));
    const tensors = Object.fromEntries(
      [...checkpoint].map(([name, { dims, data }]) => [
        name.replace("module.", ""),
        { dims, values: [...data] },
      ]),
    );
    const eighths = Array.from({ length: 12 }, (_, index) => index / 8);
    assert.deepEqual(tensors, {
      float: { dims: [3, 4], values: eighths },
      transposed: { dims: [4, 3], values: [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11].map((index) => index / 8) },
      tail: { dims: [2], values: [1.25, 1.375] },
      half: { dims: [6], values: [1.5, -2, 2 ** -14, 2 ** -24, 65504, Infinity] },
      bfloat16: { dims: [2], values: [1.5, -3] },
      double: { dims: [2], values: [Math.fround(0.1), -1e10] },
      count: { dims: [], values: [-7] },
      empty: { dims: [0, 3], values: [] },
      parameter: { dims: [1, 1], values: [0.25] },
    });
  });
}

testWith(raftSmall, "the official RAFT-small is read: 106 tensors, 990,162 parameters", async () => {
  const { path } = raftSmall;
  const checkpoint = await readCheckpoint(path);
  assert.equal(checkpoint.size, 106);
  assert.deepEqual(checkpoint.get("module.fnet.conv1.weight")?.dims, [32, 3, 7, 7]);
  assert.equal([...checkpoint.values()].reduce((sum, { data }) => sum + data.length, 0), 990_162);
});

async function refusedWhereverItEnds(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  for (const share of [0.001, 0.1, 0.35, 0.5, 0.75, 0.99]) {
    const length = Math.max(20, Math.floor(bytes.length * share));
    await refused(bytes.subarray(0, length), /cut short|damaged/);
  }
  await refused(bytes.subarray(0, bytes.length - 1), /cut short|damaged/);
}

Deno.test("a checkpoint that ends early is refused wherever it ends", async () => {
  for (const layout of ["zip", "legacy"]) await refusedWhereverItEnds(fixture(`checkpoint_${layout}.pth`));
});

testWith(
  raftSmall,
  "RAFT-small that ends early is refused wherever it ends",
  () => refusedWhereverItEnds(raftSmall.path),
);

Deno.test("a file of another kind is refused", async () => {
  await refused(new Uint8Array(), /is empty; fetch it again/);
  await refused(
    concat("<!doctype html><title>404</title>"),
    /neither a PyTorch checkpoint .*; fetch it again, or save model\.state_dict\(\)/,
  );
  await refused(zip({ "word/document.xml": concat("<w/>") }), /no PyTorch checkpoint; save model/);
  await assert.rejects(readCheckpoint("/nowhere/raft.pth"), /\/nowhere\/raft\.pth: there is no such file/);
  await assert.rejects(readCheckpoint("/"), /no file/);
});

Deno.test("a file with some bytes changed is read or refused, and nothing else happens", async () => {
  const random = new Random(4);
  for (const name of ["zip", "legacy", "training"]) {
    const whole = await Deno.readFile(fixture(`checkpoint_${name}.pth`));
    for (let run = 0; run < 300; run++) {
      const bytes = whole.slice();
      for (let change = random.below(4); change >= 0; change--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      try {
        for (const { dims, data } of (await read(bytes)).values()) {
          assert.equal(data.length, dims.reduce((product, size) => product * size, 1));
        }
      } catch (error) {
        assert.ok(
          error instanceof ReverieError && !error.message.includes("\n"),
          `${name}, run ${run}: ${error}`,
        );
      }
    }
  }
});
