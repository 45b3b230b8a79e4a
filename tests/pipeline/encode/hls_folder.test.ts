import assert from "node:assert/strict";
import { join } from "node:path";
import { checkHlsFolder, encode } from "../../../pipeline/encode.ts";
import { HlsPlaylist } from "../../../pipeline/encode/hls_playlist.ts";
import { HlsWatch } from "../../../pipeline/encode/hls_folder.ts";
import { inFolder, names } from "../clips.ts";
import { grey, small } from "../ffmpeg/copy.ts";

/** HLS of 30 frames in a folder: two segments. */
async function makeHls(folder: string, hls = join(folder, "live")): Promise<string> {
  await Array.fromAsync(encode(grey(30), { ...small, path: join(folder, "a.mp4"), hls }));
  return hls;
}

Deno.test("HLS replaces what Reverie made in its folder, and nothing else", () =>
  inFolder(async (folder) => {
    const hls = join(folder, "live");
    await makeHls(folder);
    await Deno.writeTextFile(join(hls, "notes.txt"), "mine");
    await makeHls(folder);
    assert.deepEqual(names(hls), ["index.m3u8", "index0.m4s", "index1.m4s", "init.mp4", "notes.txt"]);
    const taken = [join(hls, "index0.m4s"), join(hls, "init.mp4")];
    for (const path of taken) {
      await assert.rejects(checkHlsFolder(hls, [path]), {
        message: /would be replaced by HLS: choose another/,
      });
    }
    await assert.rejects(checkHlsFolder(hls, [join(hls, "index7.m4s")]), /has a name that HLS needs/);
    await Deno.remove(join(hls, "init.mp4"));
    await assert.rejects(makeHls(folder), /live holds index.*, and Reverie did not make it/);
    for (const name of ["index.m3u8", "index0.m4s", "index1.m4s"]) await Deno.remove(join(hls, name));
    await Deno.symlink("notes.txt", join(hls, "index.m3u8"));
    await assert.rejects(makeHls(folder), /live holds index\.m3u8, and Reverie did not make it/);
    assert.equal(await Deno.readTextFile(join(hls, "notes.txt")), "mine");
  }));

Deno.test("earlier HLS stays until there is a first frame", () =>
  inFolder(async (folder) => {
    const hls = await makeHls(folder);
    const before = await Deno.readTextFile(join(hls, "index.m3u8"));
    // deno-lint-ignore require-yield
    async function* none() {
      assert.ok(names(hls).includes("index1.m4s"));
      await Promise.resolve();
      throw new DOMException("interrupted", "AbortError");
    }
    await assert.rejects(Array.fromAsync(encode(none(), { ...small, path: join(folder, "b.mp4"), hls })));
    assert.equal(await Deno.readTextFile(join(hls, "index.m3u8")), before);
    assert.deepEqual(names(hls), ["index.m3u8", "index0.m4s", "index1.m4s", "init.mp4"]);
  }));

Deno.test("a folder's name may hold what ffmpeg reads as a pattern or a protocol", () =>
  inFolder(async (folder) => {
    const odd = join(folder, "100%d of a:b|c 'd'");
    await Deno.mkdir(odd);
    const hls = await makeHls(odd, join(odd, "live%03d"));
    assert.deepEqual(names(hls), ["index.m3u8", "index0.m4s", "index1.m4s", "init.mp4"]);
    assert.deepEqual(names(odd), ["a.mp4", "live%03d"]);
  }));

Deno.test("segments that a full disk has cut off are noticed, and the playlist ends before them", () =>
  inFolder(async (folder) => {
    const hls = await makeHls(folder);
    const whole = await Deno.readTextFile(join(hls, "index.m3u8"));
    const begun = `${whole.split("\n").slice(0, -4).join("\n")}\n`;
    const playlist = new HlsPlaylist();
    assert.ok(await playlist.follow(begun, hls));
    assert.deepEqual([...playlist.segments], ["index0.m4s"]);

    const watch = new HlsWatch(hls);
    await Deno.writeTextFile(join(hls, "index.m3u8"), begun);
    await watch.check();
    const { size } = await Deno.stat(join(hls, "index1.m4s"));
    await Deno.truncate(join(hls, "index1.m4s"), size - 1);
    await Deno.writeTextFile(join(hls, "index.m3u8"), whole);
    const full = {
      code: "disk_full",
      message: /HLS in .*live could not be written: the disk is full; make room/,
    };
    await assert.rejects(watch.check(), full);
    await Deno.writeTextFile(join(hls, "index.m3u8"), "");
    await assert.rejects(watch.check(), full);
    await watch.repair();
    assert.equal(await Deno.readTextFile(join(hls, "index.m3u8")), `${begun}#EXT-X-ENDLIST\n`);
    assert.deepEqual(names(hls), ["index.m3u8", "index0.m4s", "init.mp4"]);
    await Deno.remove(hls, { recursive: true });
    await assert.rejects(watch.finish(), /the folder has been removed/);
  }));
