import assert from "node:assert/strict";
import { join } from "node:path";
import { encode } from "../../../pipeline/encode.ts";
import { checkReplaceable } from "../../../pipeline/output/replaceable.ts";
import { inFolder } from "../clips.ts";
import { grey, small } from "../ffmpeg/copy.ts";

Deno.test("only what Reverie made, or what is empty, gives its name to an output", () =>
  inFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    await checkReplaceable(path("free.mp4"));
    await Deno.writeTextFile(path("empty.mp4"), "");
    await checkReplaceable(path("empty.mp4"));
    await Deno.writeTextFile(path("mine.mp4"), "Reverie");
    await Deno.mkdir(path("folder.mp4"));
    await Deno.symlink("empty.mp4", path("link.mp4"));
    await Deno.symlink("nowhere.mp4", path("dangling.mp4"));
    await Deno.writeTextFile(path("protected.mp4"), "", { mode: 0o444 });
    const refusals = {
      "mine.mp4": /is there already, and Reverie did not make it; move it away/,
      "folder.mp4": /is a folder/,
      "link.mp4": /is a link to another file/,
      "dangling.mp4": /is a link to another file/,
      "protected.mp4": /cannot be replaced: it is write-protected/,
    };
    for (const [name, message] of Object.entries(refusals)) {
      await assert.rejects(checkReplaceable(path(name)), { code: "output_unusable", message }, name);
    }
    for (const name of ["a.mp4", "a.mkv", "a.webm", "a.gif", "a.png", "a.jpg"]) {
      await Array.fromAsync(encode(grey(/png|jpg/.test(name) ? 1 : 3), { ...small, path: path(name) }));
      await checkReplaceable(path(name));
    }
  }));

Deno.test({
  name: "what is no regular file is never replaced",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const pipe = join(folder, "pipe.mp4");
      assert.ok((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success);
      await assert.rejects(checkReplaceable(pipe), /is not a regular file/);
    }),
});
