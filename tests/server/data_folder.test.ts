import assert from "node:assert/strict";
import { join } from "node:path";
import { openDataFolder } from "../../server/data_folder.ts";
import { DreamStore } from "../../server/dreams/dream_store.ts";

const modeOf = (path: string) => (Deno.statSync(path).mode! & 0o777).toString(8);
const ignore = Deno.build.os === "windows";

Deno.test({
  name: "A new data folder, its folders and its database can be read by their owner alone",
  ignore,
  fn: async () => {
    const parent = await Deno.makeTempDir();
    try {
      const data = join(parent, "made", "data");
      await openDataFolder(data);
      new DreamStore(join(data, "reverie.sqlite")).close();
      assert.deepEqual(["", "dreams", "uploads"].map((name) => modeOf(join(data, name))), [
        "700",
        "700",
        "700",
      ]);
      assert.equal(modeOf(join(data, "reverie.sqlite")), "600");
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  },
});

Deno.test({
  name: "In an older data folder what the server made is closed, and nothing else",
  ignore,
  fn: async () => {
    const data = await Deno.makeTempDir();
    try {
      await Deno.mkdir(join(data, "dreams"));
      await Deno.chmod(join(data, "dreams"), 0o755);
      for (const name of ["reverie.sqlite", "reverie.sqlite-wal", "notes.txt"]) {
        await Deno.writeTextFile(join(data, name), "");
        await Deno.chmod(join(data, name), 0o644);
      }
      await Deno.symlink(join(data, "notes.txt"), join(data, "session-key"));
      await openDataFolder(data);
      const names = ["dreams", "reverie.sqlite", "reverie.sqlite-wal", "notes.txt"];
      assert.deepEqual(names.map((name) => modeOf(join(data, name))), ["700", "600", "600", "644"]);
    } finally {
      await Deno.remove(data, { recursive: true });
    }
  },
});
