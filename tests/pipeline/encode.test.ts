import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { decode } from "../../pipeline/decode.ts";
import { checkOutput, encode } from "../../pipeline/encode.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";
import { count, draw, drawCard, inFolder, middle, names, sharedClips } from "./clips.ts";
import { copy, grey, small } from "./ffmpeg/copy.ts";
import { testWith } from "../needs.ts";

for (const clip of sharedClips) {
  const { name, path, frames, width, height } = clip;
  testWith(
    clip,
    `${name} comes out whole, upright, of the same length, with its sound in place`,
    () =>
      inFolder(async (folder) => {
        const output = join(folder, `${name}.mp4`);
        assert.equal((await copy(path, output)).frames, frames, name);
        const before = await count(path);
        const after = await count(output);
        const video = after.streams.find((stream) => stream.codec_type === "video")!;
        assert.equal(Number(video.nb_read_frames), frames, name);
        assert.deepEqual([video.width, video.height], [width + width % 2, height + height % 2], name);
        assert.deepEqual([video.pix_fmt, video.color_space], ["yuv420p", "bt709"]);
        const source = await probe(path);
        const frame = source.frameRate.den / source.frameRate.num;
        // Re-encoded sound may be a block of 1024 samples longer, because of the encoder's priming samples.
        const longer = Number(after.format.duration) - source.duration;
        assert.ok(Math.abs(longer) < frame + (name.endsWith("webm") ? 0.024 : 0), `${name} ${longer}`);
        const starts = [before, after].map(({ streams }) => {
          const [picture, sound] = ["video", "audio"].map((type) =>
            streams.find((one) => one.codec_type === type)
          );
          return sound ? Number(picture!.start_time) - Number(sound.start_time) : 0;
        });
        assert.ok(Math.abs(starts[0]! - starts[1]!) < 0.03, `${name} ${starts}`);
        assert.equal(after.streams.length, before.streams.length);
        assert.deepEqual(names(folder), [`${name}.mp4`]);
      }),
  );
}

Deno.test("time stamps survive, frame by frame", () =>
  inFolder(async (folder) => {
    const times = [0.2, 0.24, 0.5, 0.55, 1.2, 1.21, 1.9];
    async function* frames() {
      for (const pts of times) {
        yield await Promise.resolve({ pts, duration: 0.04, rgb: new Uint8Array(64 * 48 * 3) });
      }
    }
    for (const name of ["a.mp4", "a.mkv", "a.webm"]) {
      const path = join(folder, name);
      await Array.fromAsync(encode(frames(), { ...small, path }));
      // Read with the container's own start time, to detect a late first frame.
      const { startTime, ...source } = await probe(path);
      const decoded = await Array.fromAsync(decode({ ...source, startTime }));
      const far = decoded.map((frame, at) => Math.abs(frame.pts + startTime - times[at]!)).filter((off) =>
        off > 0.0011
      );
      assert.deepEqual([decoded.length, far], [times.length, []], name);
    }
  }));

/** A white flash and a beep at the same times; sound with the given number of channels and codec. */
function drawFlashes(folder: string, name: string, sound: string[]): Promise<string> {
  const moments = "between(mod(t,1),0.48,0.56)";
  const flash = `color=black:size=64x48:rate=25:duration=4,drawbox=color=white:t=fill:enable='${moments}'`;
  const beep = `aevalsrc='0.8*sin(2*PI*1000*t)*${moments}':sample_rate=48000:duration=4`;
  return draw(
    ...[
      "-f",
      "lavfi",
      "-i",
      flash,
      "-f",
      "lavfi",
      "-i",
      beep,
      "-c:v",
      "libx264",
      "-g",
      "50",
      "-pix_fmt",
      "yuv420p",
    ],
    ...sound,
    join(folder, name),
  );
}

/** Start times of the flashes and beeps, in seconds. */
async function moments(path: string, folder: string): Promise<{ flashes: number[]; beeps: number[] }> {
  const source = await probe(path);
  const flashes: number[] = [];
  let bright = false;
  for await (const frame of decode(source)) {
    if (middle(frame)[0]! > 128 && !bright) flashes.push(frame.pts);
    bright = middle(frame)[0]! > 128;
  }
  const raw = await draw(
    "-i",
    path,
    "-af",
    "aresample=48000:async=1:first_pts=0",
    "-ac",
    "1",
    "-f",
    "f32le",
    join(folder, "raw"),
  );
  const samples = new Float32Array((await Deno.readFile(raw)).buffer);
  const beeps: number[] = [];
  let last = -1;
  samples.forEach((sample, at) => {
    if (Math.abs(sample) < 0.2) return;
    if (at / 48000 - last > 0.3) beeps.push(at / 48000);
    last = at / 48000;
  });
  return { flashes, beeps };
}

function inSync({ flashes, beeps }: { flashes: number[]; beeps: number[] }, expected: number): void {
  assert.equal(flashes.length, expected);
  assert.equal(beeps.length, expected);
  flashes.forEach((flash, at) => assert.ok(Math.abs(flash - beeps[at]!) < 0.045, `${flashes} ${beeps}`));
}

Deno.test("flash and beep stay together, copied or encoded, whole or in part", () =>
  inFolder(async (folder) => {
    const aac = await drawFlashes(folder, "aac.mp4", ["-c:a", "aac"]);
    const flac = await drawFlashes(folder, "flac.mkv", ["-c:a", "flac"]);
    inSync(await moments(aac, folder), 4);
    for (
      const [input, name] of [[aac, "a.mp4"], [flac, "b.mp4"], [aac, "c.mkv"], [aac, "d.webm"], [
        flac,
        "e.mkv",
      ]] as const
    ) {
      await copy(input, join(folder, name));
      inSync(await moments(join(folder, name), folder), 4);
    }
    await copy(aac, join(folder, "part.mp4"), { from: 1.13, duration: 2 });
    const part = await moments(join(folder, "part.mp4"), folder);
    inSync(part, 2);
    assert.ok(Math.abs(part.flashes[0]! - 0.35) < 0.045, `${part.flashes}`);
    assert.ok(Math.abs((await probe(join(folder, "part.mp4"))).duration - 2) < 0.045);
    await copy(aac, join(folder, "live.mp4"), { hls: join(folder, "hls") });
    inSync(await moments(join(folder, "live.mp4"), folder), 4);
    const joined = await draw(
      "-allowed_extensions",
      "ALL",
      "-i",
      join(folder, "hls", "index.m3u8"),
      "-c",
      "copy",
      join(folder, "hls.mkv"),
    );
    inSync(await moments(joined, folder), 4);
  }));

Deno.test("HLS grows beside the file: whole segments of a second while frames still come", () =>
  inFolder(async (folder) => {
    const hls = join(folder, "live");
    let sawSegment = false;
    for await (const { pts } of encode(grey(200), { ...small, path: join(folder, "a.mp4"), hls })) {
      if (pts < 6.9 || sawSegment) continue;
      // No further frame comes until the segments of the earlier ones exist.
      for (let tries = 0; tries < 6000 && !sawSegment; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        sawSegment = names(hls).includes("index.m3u8") && names(hls).includes("index1.m4s");
      }
      assert.ok(sawSegment);
    }
    const playlist = await Deno.readTextFile(join(hls, "index.m3u8"));
    assert.deepEqual(playlist.match(/#EXTINF:[\d.]+/g)!.slice(0, 7), Array(7).fill("#EXTINF:1.000000"));
    assert.deepEqual(names(hls), [
      "index.m3u8",
      ...Array.from({ length: 8 }, (_, at) => `index${at}.m4s`),
      "init.mp4",
    ]);
    const card = await drawCard(folder);
    await copy(card, join(folder, "b.webm"), { hls });
    assert.deepEqual((await count(join(hls, "index.m3u8"))).streams.map((one) => one.codec_name), [
      "h264",
      "aac",
    ]);
  }));

Deno.test("a GIF is shown as often as asked, by default for ever", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder, { seconds: 0.2, sound: false });
    const plays: (number | undefined)[] = [];
    for (const asked of [undefined, 0, 1, 3]) {
      const path = join(folder, `${asked}.gif`);
      await copy(card, path, { ...(asked !== undefined && { plays: asked }) });
      plays.push((await probe(path)).plays);
    }
    assert.deepEqual(plays, [0, 0, 1, 3]);
  }));

Deno.test("the containers hold what their names promise, with the metadata", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder);
    const metadata = { comment: `{"seed":1,"note":"a 'b' = c; d\\\\"}`, title: "A dream" };
    const expected = {
      "o.mp4": ["h264", "aac"],
      "o.mkv": ["h264", "aac"],
      "o.webm": ["vp9", "opus"],
      "o.gif": ["gif"],
    };
    for (const [name, codecs] of Object.entries(expected)) {
      const path = join(folder, name);
      await copy(card, path, { metadata });
      const { streams, format } = await count(path);
      assert.deepEqual(streams.map((stream) => stream.codec_name), codecs);
      assert.equal(Number(streams[0]!.nb_read_frames), 50, name);
      assert.ok(Math.abs(Number(format.duration) - 2) < 0.064, `${name} ${format.duration}`);
      const comment = Object.entries(format.tags ?? {}).find(([key]) => key.toLowerCase() === "comment")?.[1];
      assert.ok(comment?.includes(metadata.comment), name);
    }
    const bytes = new TextDecoder("latin1").decode(await Deno.readFile(join(folder, "o.mp4")));
    assert.ok(
      bytes.indexOf("moov") < bytes.indexOf("mdat") && !bytes.includes("moof"),
      "the index is at the front",
    );
    assert.deepEqual(names(folder), ["card.mp4", "o.gif", "o.mkv", "o.mp4", "o.webm"]);
  }));

Deno.test("a picture becomes a picture of the same pixels, with the metadata", () =>
  inFolder(async (folder) => {
    const args = [
      "-f",
      "lavfi",
      "-i",
      "testsrc=size=65x47:duration=1",
      "-frames:v",
      "1",
      "-pix_fmt",
      "rgb24",
    ];
    const input = await draw(...args, join(folder, "in.png"));
    const [before] = await Array.fromAsync(decode(await probe(input)));
    for (const name of ["out.png", "out.jpg", "out.jpeg"]) {
      const path = join(folder, name);
      await copy(input, path, { metadata: { comment: "seed 7" } });
      const [after] = await Array.fromAsync(decode(await probe(path)));
      const difference = after!.rgb.reduce((sum, value, at) => sum + Math.abs(value - before!.rgb[at]!), 0) /
        after!.rgb.length;
      assert.ok(difference <= (name === "out.png" ? 0 : 3), `${name} ${difference}`);
      assert.match(new TextDecoder("latin1").decode(await Deno.readFile(path)), /comment[^]*seed 7/);
    }
  }));

Deno.test("an odd side is made even by its last column and row again", () =>
  inFolder(async (folder) => {
    const rgb = new Uint8Array(33 * 17 * 3).fill(200);
    const path = join(folder, "odd.mp4");
    async function* one() {
      yield await Promise.resolve({ pts: 0, duration: 1, rgb });
    }
    await Array.fromAsync(encode(one(), { ...small, width: 33, height: 17, path }));
    const [frame] = await Array.fromAsync(decode(await probe(path)));
    assert.deepEqual([frame!.width, frame!.height], [34, 18]);
    assert.ok(frame!.rgb.every((value) => Math.abs(value - 200) < 6));
  }));

Deno.test("frames pass through unchanged and in order", () =>
  inFolder(async (folder) => {
    const given = await Array.fromAsync(grey(9));
    async function* frames() {
      yield* given;
    }
    const passed = await Array.fromAsync(encode(frames(), { ...small, path: join(folder, "a.mkv") }));
    assert.ok(passed.every((frame, at) => frame === given[at]));
  }));

Deno.test("an output that cannot be is refused before any work, in one line", () =>
  inFolder(async (folder) => {
    const input = await drawCard(folder);
    const source = await probe(input);
    const refused = async (path: string, message: RegExp) => {
      await assert.rejects(checkOutput(path, source), (error) => {
        assert.ok(error instanceof ReverieError, String(error));
        assert.ok(error.exitCode === 2 && !error.message.includes("\n"));
        return message.test(error.message);
      });
      await assert.rejects(copy(input, path), message);
    };
    await refused(join(folder, "a.xyz"), /give a name that ends in/);
    await refused(join(folder, "none", "a.mp4"), /the folder .*none is not there/);
    await refused(input, /is the source itself/);
    await refused(join(folder, "a.png"), /is a video, not a picture/);
    await Deno.symlink(input, join(folder, "link.mp4"));
    await refused(join(folder, "link.mp4"), /is the source itself/);
    await Deno.mkdir(join(folder, "dir.mp4"));
    await refused(join(folder, "dir.mp4"), /is a folder/);
    assert.deepEqual(names(folder), ["card.mp4", "dir.mp4", "link.mp4"]);
  }));

Deno.test("a source that is removed while it is dreamed is named where its sound is missing", () =>
  inFolder(async (folder) => {
    const card = await drawCard(folder);
    const source = await probe(card);
    async function* frames() {
      yield* decode(source, { duration: 0.2 });
      await Deno.remove(card);
    }
    const options = { ...source, path: join(folder, "a.mp4"), sound: { source } };
    await assert.rejects(Array.fromAsync(encode(frames(), options)), (error) => {
      assert.ok(error instanceof ReverieError);
      assert.equal(error.code, "source_unreadable");
      assert.match(error.message, /card\.mp4 was removed while it was dreamed/);
      return true;
    });
  }));
