import assert from "node:assert/strict";
import { join } from "node:path";
import { plain } from "../../../models/line.ts";
import { decode, type DecodeOptions } from "../../../pipeline/decode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import type { SourceFrame } from "../../../pipeline/frame.ts";
import { count, draw, inFolder, middle } from "../clips.ts";
import { copy } from "../ffmpeg/copy.ts";

const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

/** Frames whose brightness rises by 2 with each. */
const rising = ["-f", "lavfi", "-i", "nullsrc=size=64x48:rate=25:duration=4,geq=lum='16+2*N':cb=128:cr=128"];

async function decoded(path: string, options: DecodeOptions = {}): Promise<SourceFrame[]> {
  return await Array.fromAsync(
    decode(await probe(path), { ...options, onWarning: (warning) => assert.fail(plain(warning)) }),
  );
}

Deno.test("a part begins at its time in an MPEG stream with few key frames", () =>
  inFolder(async (folder) => {
    const path = await draw(...rising, ...h264, "-g", "60", join(folder, "a.ts"));
    const whole = await decoded(path);
    const part = await decoded(path, { from: 2, duration: 1 });
    assert.deepEqual([whole.length, part.length], [100, 25]);
    assert.deepEqual(part.map(middle), whole.slice(50, 75).map(middle));
    assert.ok(Math.abs(part[0]!.pts) < 0.002);
  }));

Deno.test("a part that begins while a picture stands still begins with that picture", () =>
  inFolder(async (folder) => {
    const still = ["-vf", "select='lt(n,10)+gte(n,90)'", "-vsync", "vfr"];
    const path = await draw(...rising, ...still, ...h264, join(folder, "a.mp4"));
    const whole = await decoded(path);
    const [first, second] = await decoded(path, { from: 2 });
    assert.deepEqual(middle(first!), middle(whole[9]!));
    assert.ok(first!.pts === 0 && Math.abs(second!.pts - 1.6) < 0.002, `${second!.pts}`);
  }));

Deno.test("an edit list that starts after a key frame is no damage", () =>
  inFolder(async (folder) => {
    const whole = await draw(...rising, ...h264, join(folder, "whole.mp4"));
    const path = await draw("-ss", "1", "-i", whole, "-c", "copy", join(folder, "trimmed.mp4"));
    const frames = await decoded(path);
    assert.deepEqual(middle(frames[0]!), middle((await decoded(whole))[25]!));
  }));

Deno.test("the last frame keeps its time", () =>
  inFolder(async (folder) => {
    const args = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=0.3", "-final_delay", "200"];
    const path = await draw(...args, join(folder, "in.gif"));
    for (const name of ["a.gif", "a.mp4", "a.mkv", "a.webm"]) {
      const output = join(folder, name);
      await copy(path, output);
      const { streams, format } = await count(output);
      assert.equal(streams[0]!.nb_read_frames, "3", name);
      assert.ok(Math.abs(Number(format.duration) - 2.2) < 0.02, `${name} ${format.duration}`);
    }
  }));

Deno.test("a still stretch keeps its time in HLS, where no segment is short", () =>
  inFolder(async (folder) => {
    const still = ["-vf", "select='lt(n,25)+gte(n,75)'", "-vsync", "vfr"];
    const path = await draw(...rising, ...still, ...h264, join(folder, "a.mp4"));
    await copy(path, join(folder, "out.mp4"), { hls: join(folder, "hls") });
    const playlist = join(folder, "hls", "index.m3u8");
    const lengths = (await Deno.readTextFile(playlist)).matchAll(/#EXTINF:([\d.]+)/g);
    assert.deepEqual(Array.from(lengths, ([, seconds]) => Number(seconds)), [3, 1]);
    assert.ok(Math.abs((await decoded(join(folder, "out.mp4")))[25]!.pts - 3) < 0.002);
  }));
