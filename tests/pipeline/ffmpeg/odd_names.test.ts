import assert from "node:assert/strict";
import { join } from "node:path";
import { decode } from "../../../pipeline/decode.ts";
import { packets } from "../../../pipeline/ffmpeg/packets.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { draw, inFolder, names } from "../clips.ts";
import { copy } from "./copy.ts";

const drawing = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=0.3"];

Deno.test("a name with % is a file's name, and no pattern", () =>
  inFolder(async (folder) => {
    await draw(...drawing, "-frames:v", "1", join(folder, "plain.png"));
    await draw(...drawing, join(folder, "plain.gif"));
    await Deno.mkdir(join(folder, "%d"));
    const inputs = [["plain.png", "frame%03d.png", 1], ["plain.png", "%d/a%%b%.png", 1], [
      "plain.gif",
      "g%d.gif",
      3,
    ]];
    for (const [from, name, frames] of inputs as [string, string, number][]) {
      const input = join(folder, name);
      await Deno.copyFile(join(folder, from), input);
      const source = await probe(input);
      assert.equal(source.path, input);
      assert.equal((await Array.fromAsync(decode(source))).length, frames, name);
      await copy(input, join(folder, `%d/out-%02d.${from.slice(-3)}`));
    }
    assert.deepEqual(names(join(folder, "%d")), ["a%%b%.png", "out-%02d.gif", "out-%02d.png"]);
    await assert.rejects(probe(join(folder, "none%03d.png")), /none%03d\.png is not there/);
  }));

Deno.test("the packets of an animation whose name holds a % are read", () =>
  inFolder(async (folder) => {
    const path = join(folder, "frame%03d.png");
    await Deno.rename(await draw(...drawing, "-f", "apng", join(folder, "plain.png")), path);
    assert.equal((await Array.fromAsync(packets(path))).length, 3);
  }));

Deno.test("names that look like options, protocols or lists are names", () =>
  inFolder(async (folder) => {
    const clip = await draw(...drawing, "-pix_fmt", "yuv420p", join(folder, "clip.mp4"));
    for (const name of ["concat:a|b'\"\\ c.mp4", "[f=null]*?é\n%d.mp4"]) {
      const input = join(folder, `in ${name}`), output = join(folder, name);
      await Deno.copyFile(clip, input);
      assert.equal((await copy(input, output, { hls: join(folder, `hls ${name}`) })).frames, 3, name);
      assert.ok(names(folder).includes(name), name);
    }
  }));

Deno.test({
  name: "a descriptor's path leads to its file",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const clip = await draw(...drawing, "-pix_fmt", "yuv420p", join(folder, "clip.mp4"));
      using _file = await Deno.open(clip);
      const links = Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => `/proc/self/fd/${name}`);
      const real = await Promise.all(links.map((link) => Deno.realPath(link).catch(() => "")));
      const link = links[real.indexOf(await Deno.realPath(clip))]!;
      assert.equal((await probe(link)).path, await Deno.realPath(clip));
    }),
});
