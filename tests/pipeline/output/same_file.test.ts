import assert from "node:assert/strict";
import { join } from "node:path";
import { isSameFile } from "../../../pipeline/output/same_file.ts";
import { inFolder } from "../clips.ts";

Deno.test("isSameFile() sees through links, other spellings and descriptors, and tells equal files apart", () =>
  inFolder(async (folder) => {
    const path = (...names: string[]) => join(folder, ...names);
    await Deno.mkdir(path("sub"));
    await Deno.writeTextFile(path("a"), "x");
    await Deno.copyFile(path("a"), path("copy"));
    await Deno.link(path("a"), path("hard"));
    await Deno.symlink("a", path("soft"));
    await Deno.symlink(".", path("here"));
    await Deno.symlink("nowhere", path("dangling"));
    for (const same of [path("a"), path("hard"), path("soft"), path("here", "a"), `${folder}/sub/../a`]) {
      assert.ok(await isSameFile(path("a"), same), same);
    }
    if (Deno.build.os === "linux") {
      using file = await Deno.open(path("a"));
      const descriptors = Array.from(
        Deno.readDirSync("/proc/self/fd"),
        ({ name }) => `/proc/self/fd/${name}`,
      );
      assert.ok((await Promise.all(descriptors.map((one) => isSameFile(path("a"), one)))).includes(true));
      assert.ok(await file.stat());
    }
    for (const other of [path("copy"), path("none"), path("dangling"), path("sub")]) {
      assert.ok(!await isSameFile(path("a"), other), other);
    }
  }));
