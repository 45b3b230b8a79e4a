import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import { ReverieError } from "../../../models/errors.ts";
import { plain } from "../../../models/line.ts";
import { checkOutput } from "../../../pipeline/encode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { draw, drawCard, inFolder, sharedClips } from "../clips.ts";
import { testWith } from "../../needs.ts";

async function refused(path: string, message: RegExp): Promise<void> {
  await assert.rejects(probe(path), (error) => {
    assert.ok(error instanceof ReverieError, String(error));
    assert.equal(error.exitCode, 2);
    assert.ok(error.message.startsWith(path), error.message);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

Deno.test("probe() tells size, rate, length and sound of a video", () =>
  inFolder(async (folder) => {
    const info = await probe(await drawCard(folder, { size: "98x66", rate: "30000/1001" }));
    assert.equal(info.kind, "video");
    assert.deepEqual([info.width, info.height, info.frames, info.framesExact], [98, 66, 60, true]);
    assert.deepEqual(info.frameRate, { num: 30000, den: 1001 });
    assert.deepEqual(info.audio, { stream: 1, codec: "aac", sampleRate: 44100, channels: 1 });
    assert.ok(Math.abs(info.duration - 2.002) < 0.03);
  }));

for (const clip of sharedClips) {
  const { name, path, frames, width, height } = clip;
  testWith(clip, `probe() tells the upright size and the true number of frames of ${name}`, async () => {
    const info = await probe(path);
    assert.deepEqual([info.width, info.height, info.frames], [width, height, frames]);
  });
}

Deno.test("probe() refuses what is not there, no file, or empty", () =>
  inFolder(async (folder) => {
    await refused(join(folder, "none.mp4"), /is not there/);
    await refused(folder, /is a folder/);
    await Deno.writeTextFile(join(folder, "empty.mp4"), "");
    await refused(join(folder, "empty.mp4"), /is empty/);
  }));

Deno.test({
  name: "probe() refuses a file that may not be read",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "closed.mp4"), "x", { mode: 0o000 });
      await refused(join(folder, "closed.mp4"), /may not be read/);
    }),
});

Deno.test("probe() refuses text, a truncated MP4 and noise", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "text.mp4"), "This is a letter, not a film.\n".repeat(50));
    await refused(join(folder, "text.mp4"), /is a text, not a video or picture/);
    const whole = await Deno.readFile(await drawCard(folder));
    await Deno.writeFile(join(folder, "cut.mp4"), whole.subarray(0, whole.length / 2));
    await refused(join(folder, "cut.mp4"), /is cut off/);
    await Deno.writeFile(
      join(folder, "noise.bin"),
      Uint8Array.from({ length: 9999 }, (_, at) => (at * at * 7919) >> 5),
    );
    await refused(join(folder, "noise.bin"), /is not a video or picture|is a playlist or of another kind/);
  }));

Deno.test("probe() refuses playlists and lists of files without opening what they name", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder);
    await Deno.writeTextFile(join(folder, "list.mp4"), `ffconcat version 1.0\nfile '${card}'\n`);
    await refused(join(folder, "list.mp4"), /is a playlist/);
    const playlist =
      `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${card}\n#EXT-X-ENDLIST\n`;
    await Deno.writeTextFile(join(folder, "list.m3u8"), playlist);
    await refused(join(folder, "list.m3u8"), /is a playlist/);
  }));

Deno.test("probe() refuses sound without a picture; the cover of a song is none", () =>
  inFolder(async (folder) => {
    const tone = ["-f", "lavfi", "-i", "sine=duration=1"];
    await refused(await draw(...tone, join(folder, "song.m4a")), /has sound but no picture/);
    const cover = ["-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-frames:v", "1", "-c:v", "mjpeg"];
    const args = [...tone, ...cover, "-map", "0", "-map", "1", "-disposition:v:0", "attached_pic"];
    await refused(await draw(...args, join(folder, "covered.m4a")), /has sound but no picture/);
  }));

Deno.test("probe() refuses a video of one pixel", () =>
  inFolder(async (folder) => {
    const args = ["-f", "lavfi", "-i", "color=red:size=2x2:duration=1", "-vf", "scale=1:1", "-c:v", "ffv1"];
    await refused(await draw(...args, join(folder, "dot.mkv")), /is 1x1, too small/);
  }));

Deno.test("a JPEG by another name is a picture, and does not become a video", () =>
  inFolder(async (folder) => {
    const args = ["-f", "lavfi", "-i", "testsrc=size=64x48:duration=1", "-frames:v", "1", "-f", "image2"];
    const path = await draw(...args, "-c:v", "mjpeg", join(folder, "photo.mp4"));
    const info = await probe(path);
    assert.equal(info.kind, "picture");
    await assert.rejects(checkOutput(join(folder, "out.mp4"), info), /photo.mp4 is a picture, not a video/);
    await checkOutput(join(folder, "out.png"), info);
  }));

Deno.test("a photo lies as its EXIF data says, in either byte order, and upright without any", () =>
  inFolder(async (folder) => {
    const plain = await sharp({ create: { width: 64, height: 48, channels: 3, background: "red" } }).jpeg()
      .toBuffer();
    const exif = {
      little: "ffe1002245786966000049492a000800000001001201030001000000060000000000000000",
      big: "ffe100224578696600004d4d002a00000008000101120003000000010003000000000000",
      none: "",
    };
    const orientations = [];
    for (const segment of Object.values(exif)) {
      const path = join(folder, "photo.jpg");
      await Deno.writeFile(
        path,
        Uint8Array.from([...plain.subarray(0, 2), ...Uint8Array.fromHex(segment), ...plain.subarray(2)]),
      );
      const { orientation, width, height } = await probe(path);
      orientations.push({ ...orientation, width, height });
    }
    assert.deepEqual(orientations, [
      { mirrored: false, clockwise: 90, width: 48, height: 64 },
      { mirrored: false, clockwise: 180, width: 64, height: 48 },
      { mirrored: false, clockwise: 0, width: 64, height: 48 },
    ]);
  }));

Deno.test("probe() says that high dynamic range and transparency are lost, and is silent about a GIF's", () =>
  inFolder(async (folder) => {
    const card = ["-f", "lavfi", "-i", "testsrc2=size=64x48:duration=0.2"];
    const pq = ["-pix_fmt", "yuv420p10le", "-color_trc", "smpte2084", "-color_primaries", "bt2020"];
    const notes = async (...made: string[]) => (await probe(await draw(...card, ...made))).notes.map(plain);
    const hdr = await notes("-c:v", "libx264", ...pq, join(folder, "hdr.mp4"));
    assert.deepEqual(hdr, [
      `${join(folder, "hdr.mp4")} has high dynamic range (HDR); its dream has standard dynamic range (SDR)`,
    ]);
    const clear = await notes("-c:v", "ffv1", "-pix_fmt", "yuva420p", join(folder, "clear.mkv"));
    assert.equal(clear.length, 1);
    assert.match(clear[0]!, /transparent parts, if any, become black/);
    assert.deepEqual(await notes(join(folder, "plain.gif")), []);
  }));

Deno.test("probe() tells how many times a GIF or animated WebP is shown", () =>
  inFolder(async (folder) => {
    const card = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=0.3"];
    const plays = [];
    for (const loop of ["-1", "0", "2"]) {
      plays.push((await probe(await draw(...card, "-loop", loop, join(folder, "a.gif")))).plays);
    }
    assert.deepEqual(plays, [1, 0, 3]);
    const webp = join(folder, "a.webp");
    await sharp(join(folder, "a.gif"), { animated: true }).webp({ loop: 2 }).toFile(webp);
    assert.equal((await probe(webp)).plays, 2);
  }));

Deno.test("probe() finds a picture and a sound that start late in a broadcast", () =>
  inFolder(async (folder) => {
    const picture = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25:duration=9"];
    const h264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "200", "-sc_threshold", "0"];
    const tone = ["-itsoffset", "8", "-f", "lavfi", "-i", "sine=duration=1"];
    const late = await probe(
      await draw(...picture, ...tone, ...h264, "-c:a", "aac", join(folder, "late_sound.ts")),
    );
    assert.deepEqual([late.audio?.channels, late.startsLate, late.notes.length], [1, true, 0]);

    const whole = await Deno.readFile(await draw(...picture, ...h264, join(folder, "whole.ts")));
    // Recorded from the middle of an interval between key frames; the tables of the streams come first.
    const path = join(folder, "late_picture.ts");
    await Deno.writeFile(path, whole.subarray(20 * 188));
    const { width, height, startsLate } = await probe(path);
    assert.deepEqual([width, height, startsLate], [64, 48, true]);
    const early = await probe(join(folder, "whole.ts"));
    assert.equal(early.startsLate, undefined);
  }));

Deno.test("probe() does not take the end of an AVI from its index, which may promise too much", () =>
  inFolder(async (folder) => {
    const card = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=0.3"];
    const info = await probe(await draw(...card, "-c:v", "mpeg4", join(folder, "a.avi")));
    assert.equal(info.videoEnd, undefined);
  }));
