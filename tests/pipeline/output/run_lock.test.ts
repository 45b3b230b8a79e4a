import assert from "node:assert/strict";
import { join } from "node:path";
import { RunLock } from "../../../pipeline/output/run_lock.ts";
import { inFolder, names } from "../clips.ts";

Deno.test("an output belongs to one run at a time, by whatever path, and to the next when that is done", () =>
  inFolder(async (folder) => {
    await Deno.symlink(".", join(folder, "here"));
    {
      await using _first = await RunLock.ofFile(join(folder, "a.mp4"));
      const refused = {
        code: "output_unusable",
        message: /a\.mp4 is being made by another run: wait for that one/,
      };
      await assert.rejects(RunLock.ofFile(join(folder, "a.mp4")), refused);
      await assert.rejects(RunLock.ofFile(join(folder, "here", "a.mp4")), refused);
      await using _other = await RunLock.ofFile(join(folder, "b.mp4"));
    }
    assert.deepEqual(names(folder), ["here"]);
    await using _next = await RunLock.ofFile(join(folder, "a.mp4"));
  }));

Deno.test("the lock of a run that was killed blocks nobody", () =>
  inFolder(async (folder) => {
    const file = join(folder, "a.mp4");
    const holder = `
      import { RunLock } from ${JSON.stringify(import.meta.resolve("../../../pipeline/output/run_lock.ts"))};
      await RunLock.ofFile(${JSON.stringify(file)});
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 1e6));`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", holder], stdout: "piped" }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    await assert.rejects(RunLock.ofFile(file), /is being made by another run/);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    assert.equal(names(folder).length, 1);
    await (await RunLock.ofFile(file))[Symbol.asyncDispose]();
    assert.deepEqual(names(folder), []);
  }));

Deno.test("a folder is made and locked; what is no folder is refused", () =>
  inFolder(async (folder) => {
    const live = join(folder, "deep", "live");
    {
      await using _lock = await RunLock.ofFolder(live);
      await assert.rejects(RunLock.ofFolder(live), /live is being made by another run/);
    }
    assert.deepEqual(names(live), []);
    await Deno.writeTextFile(join(folder, "file"), "");
    await assert.rejects(RunLock.ofFolder(join(folder, "file")), { code: "output_unusable" });
    await assert.rejects(
      RunLock.ofFile(join(folder, "none", "a.mp4")),
      /its folder is not there; make it first/,
    );
  }));
