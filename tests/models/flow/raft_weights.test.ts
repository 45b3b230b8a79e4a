import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { locateRaftWeights, readRaftWeights } from "../../../models/flow/raft_weights.ts";
import { readCheckpoint } from "../../../models/networks/checkpoint/read.ts";
import { withEmptyCache } from "../../environment.ts";
import { sharedFile } from "../../shared_data.ts";
import { concat, safetensors } from "../networks/checkpoint/write.ts";
import { testWith } from "../../needs.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

const large = "raft_large_C_T_SKHT_V2-ff5fadd5.pth";

/** Asserts that an error is meant for the user, in one line. */
function tells(expected: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ReverieError && !error.message.includes("\n"), String(error));
    assert.match(error.told(commandLine), expected);
    return true;
  };
}

Deno.test("weights are found by name where they were fetched, and by path", () =>
  withEmptyCache(async (folder) => {
    assert.equal(await locateRaftWeights("raft-large"), undefined);
    const path = join(folder, "networks", large);
    await Deno.mkdir(join(folder, "networks"));
    await Deno.writeTextFile(path, "");
    assert.equal(await locateRaftWeights("raft-large"), path);
    assert.ok(await locateRaftWeights(), "some are here without a name, too");
    assert.equal(await locateRaftWeights(path), path);
  }));

Deno.test("a file that is not there is refused with the names there are", async () => {
  await assert.rejects(
    locateRaftWeights("/nowhere/raft.pth"),
    tells(
      /^--flow-model \/nowhere\/raft\.pth: there is no such file; the names are raft-small and raft-large$/,
    ),
  );
  await assert.rejects(locateRaftWeights("inception-v3"), tells(/no such file/));
});

Deno.test("weights of another network are refused, with the file's name", async () => {
  const path = decodeURIComponent(new URL("../../fixtures/checkpoint_zip.pth", import.meta.url).pathname);
  await assert.rejects(readRaftWeights(path), tells(/checkpoint_zip\.pth: not the weights of a RAFT/));
});

/** RAFT-small as a safetensors file, with its tensors modified by `change`. */
async function asSafetensors(
  path: string,
  change: (tensors: Map<string, { dims: number[]; data: Float32Array }>) => void,
): Promise<Uint8Array> {
  const tensors = await readCheckpoint(path);
  change(tensors);
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { dims, data }] of tensors) {
    const end = offset + data.byteLength;
    header[name] = { dtype: "F32", shape: dims, data_offsets: [offset, end] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset = end;
  }
  return safetensors(header, concat(...parts));
}

testWith(
  raftSmall,
  "RAFT-small is the same from either format; a tensor that is missing or misshapen is named",
  async () => {
    const { path } = raftSmall;
    const copy = await Deno.makeTempFile({ suffix: ".safetensors" });
    try {
      const written = async (change: Parameters<typeof asSafetensors>[1]) =>
        await Deno.writeFile(copy, await asSafetensors(path, change));
      await written(() => {});
      const [one, other] = [await readRaftWeights(path), await readRaftWeights(copy)];
      assert.equal(one.architecture.variant, "raft-small");
      assert.deepEqual(other, one);

      await written((tensors) => tensors.delete("module.fnet.conv1.weight"));
      await assert.rejects(
        readRaftWeights(copy),
        tells(/\.safetensors: the weights of raft-small lack feature_enc/),
      );
      await written((tensors) =>
        tensors.set("module.fnet.\n\x1b[2J", { dims: [1], data: new Float32Array(1) })
      );
      await assert.rejects(
        readRaftWeights(copy),
        tells(/raft-small has no "feature_encoder\.\\n\\u001b\[2J": these/),
      );
      await written((tensors) =>
        tensors.set("module.fnet.conv1.weight", { dims: [1], data: new Float32Array(1) })
      );
      await assert.rejects(
        readRaftWeights(copy),
        tells(/\.safetensors: .* has the shape \[1\], not \[32,3,7,7\]/),
      );
    } finally {
      await Deno.remove(copy);
    }
  },
);
