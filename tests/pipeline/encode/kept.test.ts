import assert from "node:assert/strict";
import { join } from "node:path";
import { checkOutput, encode } from "../../../pipeline/encode.ts";
import { plain } from "../../../models/line.ts";
import { draw, drawCard, inFolder, names } from "../clips.ts";
import { copy, grey, small } from "../ffmpeg/copy.ts";

Deno.test("a file with the name of the partial one stays as it is, be it the source or an earlier run's", () =>
  inFolder(async (folder) => {
    const input = await drawCard(folder, { name: "a.partial.mp4" });
    const before = await Deno.readFile(input);
    const path = join(folder, "a.mp4");
    const warnings: string[] = [];
    const onWarning = (line: Parameters<typeof plain>[0]) => void warnings.push(plain(line));
    await copy(input, path, { onWarning });
    assert.deepEqual(warnings.map((line) => line.replaceAll(`${folder}/`, "")), [
      "a.partial.mp4 is kept; until this run is done its frames are in a.partial.2.mp4",
    ]);
    assert.deepEqual(names(folder), ["a.mp4", "a.partial.mp4"]);

    // deno-lint-ignore require-yield
    async function* none() {
      await Promise.resolve();
      throw new DOMException("interrupted", "AbortError");
    }
    await assert.rejects(Array.fromAsync(encode(none(), { ...small, path })), { name: "AbortError" });
    assert.deepEqual(names(folder), ["a.mp4", "a.partial.mp4"]);
    assert.deepEqual(await Deno.readFile(input), before);
  }));

Deno.test("a picture with the name of the partial one can be the source", () =>
  inFolder(async (folder) => {
    const drawing = ["-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "1"];
    const input = await draw(...drawing, join(folder, "a.partial.png"));
    const before = await Deno.readFile(input);
    await copy(input, join(folder, "a.png"));
    assert.deepEqual(await Deno.readFile(input), before);
    assert.deepEqual(names(folder), ["a.partial.png", "a.png"]);
  }));

Deno.test("a file that appears under the output's name meanwhile is not replaced", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.mkv");
    async function* frames() {
      yield* grey(3);
      await Deno.writeTextFile(path, "mine");
    }
    await assert.rejects(Array.fromAsync(encode(frames(), { ...small, path })), /Reverie did not make it/);
    assert.equal(await Deno.readTextFile(path), "mine");
    assert.deepEqual(names(folder), ["a.mkv", "a.partial.mkv"]);
  }));

Deno.test("a name is as long as the file system allows with .partial, or is refused before any work", () =>
  inFolder(async (folder) => {
    for (const extension of ["mp4", "gif", "png"]) {
      const path = join(folder, `${"x".repeat(246 - extension.length)}.${extension}`);
      await Array.fromAsync(encode(grey(1), { ...small, path }));
      assert.ok((await Deno.stat(path)).size > 0);
    }
    const long = join(folder, `${"x".repeat(244)}.mp4`);
    await assert.rejects(checkOutput(long), /its name with \.partial is too long/);
    await assert.rejects(checkOutput(join(folder, "a.partial.mp4")), /is a name for unfinished work/);
  }));
