import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { decode, type DecodeOptions } from "../../pipeline/decode.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";
import type { SourceFrame } from "../../pipeline/frame.ts";
import { draw, drawCard, inFolder, middle, sharedClips } from "./clips.ts";
import { testWith } from "../needs.ts";
import { plain } from "../../models/line.ts";

async function all(path: string, options?: DecodeOptions): Promise<SourceFrame[]> {
  return await Array.fromAsync(decode(await probe(path), options));
}

function near(actual: number[], expected: number[], tolerance: number): void {
  const far = actual.some((value, at) => Math.abs(value - expected[at]!) > tolerance);
  assert.ok(!far && actual.length === expected.length, `${actual} is not near ${expected}`);
}

for (const clip of sharedClips) {
  const { name, path, frames, width, height } = clip;
  testWith(clip, `decode() gives every frame of ${name}, upright, to the end of the stream`, async () => {
    const source = await probe(path);
    let last: SourceFrame | undefined;
    for await (const frame of decode(source, { onWarning: (message) => assert.fail(plain(message)) })) {
      assert.equal(frame.index, (last?.index ?? -1) + 1);
      assert.equal(frame.rgb.length, width * height * 3);
      if (last) assert.ok(Math.abs(last.pts + last.duration - frame.pts) < 1e-9);
      last = frame;
    }
    assert.equal(last!.index + 1, frames, name);
    const end = source.videoEnd ?? source.duration;
    assert.ok(Math.abs(last!.pts + last!.duration - end) < source.frameRate.den / source.frameRate.num, name);
  });
}

Deno.test("decode() carries the time stamps of a variable frame rate", () =>
  inFolder(async (folder) => {
    const card = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=20:duration=2"];
    const uneven = ["-vf", "select='not(eq(mod(n,5),2))',setpts='PTS+if(gte(N,20),0.5/TB,0)'", "-vsync", "0"];
    const path = await draw(...card, ...uneven, "-c:v", "ffv1", join(folder, "uneven.mkv"));
    const frames = await all(path);
    const expected = Array.from({ length: 40 }, (_, n) => n).filter((n) => n % 5 !== 2)
      .map((n, at) => n / 20 + (at >= 20 ? 0.5 : 0));
    near(frames.map((frame) => frame.pts), expected, 0.0011);
    near(
      frames.slice(0, -1).map((frame) => frame.duration),
      expected.slice(1).map((pts, at) => pts - expected[at]!),
      0.0021,
    );
  }));

Deno.test("decode() begins exactly where it is told and calls that moment 0", () =>
  inFolder(async (folder) => {
    // The brightness of a frame encodes its number.
    const grey = "nullsrc=size=64x48:rate=25:duration=4,geq=lum='16+2*N':cb=128:cr=128";
    const path = await draw("-f", "lavfi", "-i", grey, "-c:v", "ffv1", join(folder, "grey.mkv"));
    const whole = await all(path);
    const part = await all(path, { from: 1.23, duration: 0.5 });
    assert.equal(part.length, 13);
    assert.ok(Math.abs(part[0]!.pts - 0.01) < 0.002, `${part[0]!.pts}`);
    assert.deepEqual(part.map(middle), whole.slice(31, 44).map(middle));
    assert.ok(part.at(-1)!.pts < 0.5);
    await assert.rejects(all(path, { from: 9 }), /has no frame at 9 s: it is 4.00 s long/);
  }));

Deno.test("decode() leaves a picture that starts after its sound where it is", () =>
  inFolder(async (folder) => {
    const late = ["-itsoffset", "0.4", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=1"];
    const tone = ["-f", "lavfi", "-i", "sine=duration=1.4", "-c:v", "ffv1", "-c:a", "pcm_s16le"];
    const path = await draw(...late, ...tone, join(folder, "late.mkv"));
    assert.ok(Math.abs((await all(path))[0]!.pts - 0.4) < 0.002);
  }));

Deno.test("decode() starts at 0 where the container's clock does not", () =>
  inFolder(async (folder) => {
    const path = await drawCard(folder, {
      name: "card.mkv",
      options: ["-bf", "2", "-output_ts_offset", "1.5"],
    });
    const source = await probe(path);
    assert.ok(source.startTime > 1, `${source.startTime}`);
    const frames = await all(path);
    assert.equal(frames.length, 50);
    assert.ok(frames[0]!.pts < 0.1);
  }));

Deno.test("decode() turns the picture upright, whichever way it is stored", () =>
  inFolder(async (folder) => {
    // Red on the left, blue on the right.
    const sides = "color=red:size=64x48:rate=5:duration=1,drawbox=x=32:w=32:h=48:color=blue:t=fill";
    const plain = await draw(
      "-f",
      "lavfi",
      "-i",
      sides,
      "-c:v",
      "libx264",
      "-pix_fmt",
      "yuv420p",
      join(folder, "plain.mp4"),
    );
    const places = { 90: "rotate=270", 180: "rotate=180", 270: "rotate=90" };
    for (const [clockwise, tag] of Object.entries(places)) {
      const path = join(folder, `${clockwise}.mp4`);
      await tagRotation(plain, path, tag);
      const source = await probe(path);
      const [first] = await all(path);
      const { width, rgb } = first!;
      const colour = (x: number, y: number) => rgb[(y * width + x) * 3]! > 128 ? "red" : "blue";
      if (source.orientation.clockwise === 90) {
        assert.deepEqual([colour(24, 5), colour(24, 58)], ["red", "blue"]);
      }
      if (source.orientation.clockwise === 180) {
        assert.deepEqual([colour(5, 24), colour(58, 24)], ["blue", "red"]);
      }
      if (source.orientation.clockwise === 270) {
        assert.deepEqual([colour(24, 5), colour(24, 58)], ["blue", "red"]);
      }
      assert.equal(source.orientation.clockwise, Number(clockwise));
      assert.equal(width, source.orientation.clockwise === 180 ? 64 : 48);
    }
  }));

/**
 * Copies a video with a display matrix; ffmpeg up to version 5 reads a tag for it, later versions an option.
 */
async function tagRotation(from: string, to: string, tag: string): Promise<void> {
  await draw("-i", from, "-c", "copy", "-metadata:s:v", tag, to);
  const { orientation } = await probe(to);
  if (orientation.clockwise !== 0) return;
  const clockwise = Number(tag.split("=")[1]);
  await draw("-display_rotation:v", String(clockwise), "-i", from, "-c", "copy", to);
}

Deno.test("decode() lays transparency over black", () =>
  inFolder(async (folder) => {
    const glass = "color=white:size=64x48:rate=5:duration=1,format=yuva420p,geq=lum=235:cb=128:cr=128:a=128";
    const webm = await draw("-f", "lavfi", "-i", glass, "-c:v", "libvpx-vp9", join(folder, "glass.webm"));
    near(middle((await all(webm))[0]!), [128, 128, 128], 4);
    const picture = "color=red:size=64x48:duration=1,format=rgba,geq=r=255:g=0:b=0:a=64";
    const png = await draw("-f", "lavfi", "-i", picture, "-frames:v", "1", join(folder, "glass.png"));
    near(middle((await all(png))[0]!), [64, 0, 0], 1);
  }));

Deno.test("decode() converts by the matrix and range that the file tells", () =>
  inFolder(async (folder) => {
    for (
      const [matrix, range] of [["bt709", "tv"], ["smpte170m", "tv"], ["bt709", "pc"], [
        "smpte170m",
        "pc",
      ]] as const
    ) {
      const word = matrix === "bt709" ? "bt709" : "bt601";
      const path = await draw(
        ...["-f", "lavfi", "-i", "color=0xC83C50:size=64x48:rate=5:duration=1"],
        ...["-vf", `format=gbrp,scale=out_color_matrix=${word}:out_range=${range},format=yuv444p`],
        ...["-c:v", "libx264", "-qp", "1", "-colorspace", matrix, "-color_range", range],
        join(folder, `${matrix}-${range}.mp4`),
      );
      near(middle((await all(path))[0]!), [0xc8, 0x3c, 0x50], 3);
    }
  }));

Deno.test("decode() maps the reference white of HDR to a bright grey and black to black", () =>
  inFolder(async (folder) => {
    // 203 cd/m2 is code 572 of 1023 in PQ (BT.2408) and 721 in HLG.
    for (const [transfer, code] of [["smpte2084", 572], ["arib-std-b67", 721]] as const) {
      for (const [luma, expected] of [[code, 215], [64, 0]] as const) {
        const path = await draw(
          ...["-f", "lavfi", "-i", "color=black:size=64x48:rate=5:duration=1"],
          ...[
            "-vf",
            `format=yuv420p10le,lutyuv=y=${luma}:u=512:v=512`,
            "-c:v",
            "libx265",
            "-x265-params",
            "log-level=error",
          ],
          ...[
            "-color_trc",
            transfer,
            "-color_primaries",
            "bt2020",
            "-colorspace",
            "bt2020nc",
            "-color_range",
            "tv",
          ],
          join(folder, `${transfer}-${luma}.mp4`),
        );
        near(middle((await all(path))[0]!), [expected, expected, expected], 6);
      }
    }
  }));

Deno.test("decode() takes the comb out of interlaced video, one frame for each", () =>
  inFolder(async (folder) => {
    const moving = "testsrc2=size=128x96:rate=50:duration=1,interlace=scan=tff:lowpass=0";
    const path = await draw(
      ...["-f", "lavfi", "-i", moving, "-pix_fmt", "yuv420p", "-c:v", "libx264", "-flags", "+ilme+ildct"],
      ...["-x264-params", "tff=1", join(folder, "fields.mp4")],
    );
    const source = await probe(path);
    assert.ok(source.interlaced);
    const woven = await all(path).then(() => Array.fromAsync(decode({ ...source, interlaced: false })));
    const frames = await all(path);
    assert.equal(frames.length, 25);
    assert.ok(comb(frames[12]!) < 0.8 * comb(woven[12]!), `${comb(frames[12]!)} ${comb(woven[12]!)}`);
  }));

/** Mean difference between a line and the mean of its neighbours. */
function comb({ width, height, rgb }: SourceFrame): number {
  let sum = 0;
  for (let at = width * 3; at < (height - 1) * width * 3; at++) {
    sum += Math.abs(rgb[at]! - (rgb[at - width * 3]! + rgb[at + width * 3]!) / 2);
  }
  return sum / rgb.length;
}

Deno.test("decode() stops ffmpeg while nobody takes frames, and ends it with the generator", () =>
  inFolder(async (folder) => {
    const path = await drawCard(folder, { size: "640x480", seconds: 20, rate: "50", sound: false });
    const source = await probe(path);
    const before = Deno.memoryUsage().rss;
    const frames = decode(source);
    await frames.next();
    await new Promise((resolve) => setTimeout(resolve, 700));
    // A thousand frames would be 920 MB.
    assert.ok(Deno.memoryUsage().rss - before < 100e6);
    await frames.return(undefined);
    assert.deepEqual(await frames.next(), { done: true, value: undefined });
  }));

Deno.test("decode() throws the reason of its signal, at once, and leaves no process", () =>
  inFolder(async (folder) => {
    const source = await probe(await drawCard(folder, { seconds: 20 }));
    const controller = new AbortController();
    const frames = decode(source, { signal: controller.signal });
    await frames.next();
    controller.abort(new Error("enough"));
    await assert.rejects(frames.next(), /enough/);
    await assert.rejects(decode(source, { signal: controller.signal }).next(), /enough/);
  }));

Deno.test("decode() gives what a damaged file still holds, with a warning", () =>
  inFolder(async (folder) => {
    const path = await drawCard(folder, { name: "card.mkv", seconds: 4, sound: false });
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, whole.length / 2));
    const warnings: string[] = [];
    const frames = await all(path, { onWarning: (message) => warnings.push(plain(message)) });
    assert.ok(frames.length > 20 && frames.length < 90, `${frames.length}`);
    assert.equal(warnings.length, 1);
    assert.ok(warnings[0]!.startsWith(path));
  }));

Deno.test("decode() refuses a file of which no frame can be decoded", () =>
  inFolder(async (folder) => {
    const path = await drawCard(folder, { sound: false });
    const source = await probe(path);
    const bytes = await Deno.readFile(path);
    const data = new TextDecoder("latin1").decode(bytes).indexOf("mdat") + 4;
    const index = new TextDecoder("latin1").decode(bytes).indexOf("moov") - 4;
    bytes.fill(0, data, index > data ? index : bytes.length);
    await Deno.writeFile(path, bytes);
    await assert.rejects(Array.fromAsync(decode(source)), (error) =>
      error instanceof ReverieError && /cannot be decoded/.test(error.message));
  }));
