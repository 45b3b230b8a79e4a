import assert from "node:assert/strict";
import { join } from "node:path";
import { availableMemory, groupRoom } from "../../models/available_memory.ts";

/** Calls with a folder that holds these files. */
async function withFiles(files: Record<string, string>, call: (folder: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-groups-" });
  try {
    await Deno.mkdir(join(folder, "memory"));
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    call(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("there is memory, and no more than the machine has", () => {
  const available = availableMemory();
  assert.ok(available > 0 && available <= Deno.systemMemoryInfo().total);
});

Deno.test("a group without a limit leaves all", async () => {
  assert.equal(groupRoom("/nowhere"), Infinity);
  await withFiles({ "memory.max": "max\n" }, (folder) => assert.equal(groupRoom(folder), Infinity));
});

Deno.test("a container's limit leaves what is not taken, kept files aside", () =>
  withFiles({
    "memory/memory.limit_in_bytes": "4000000\n",
    "memory/memory.usage_in_bytes": "3000000\n",
    "memory/memory.stat": "cache 900000\ninactive_file 1\ntotal_inactive_file 500000\n",
  }, (folder) => assert.equal(groupRoom(folder), 1_500_000)));
