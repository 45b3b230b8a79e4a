import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { plain } from "../../../models/line.ts";
import { decode } from "../../../pipeline/decode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import type { SourceFrame } from "../../../pipeline/frame.ts";
import { signature } from "../../../pipeline/pictures/signature.ts";
import { inFolder, middle } from "../clips.ts";

async function first(path: string): Promise<SourceFrame> {
  for await (const frame of decode(await probe(path))) return frame;
  throw new Error(`${path} has no frame`);
}

/** A picture, red in the upper left quarter and blue elsewhere. */
function corner(): Sharp {
  const create = { width: 64, height: 48, channels: 3, background: "blue" } as const;
  const red = { create: { width: 32, height: 24, channels: 3, background: "red" } } as const;
  return sharp({ create }).composite([{ input: red, left: 0, top: 0 }]);
}

/** Whether the upper left, upper right, lower left and lower right quarters are red. */
function redQuarters({ width, height, rgb }: SourceFrame): string {
  const places = [[1, 1], [3, 1], [1, 3], [3, 3]];
  return places.map(([x, y]) => {
    const at = (Math.floor(height * y! / 4) * width + Math.floor(width * x! / 4)) * 3;
    return rgb[at]! > 128 ? "R" : ".";
  }).join("");
}

const upright = ["R...", ".R..", "...R", "..R.", "R...", ".R..", "...R", "..R."];

for (const format of ["jpeg", "png", "tiff"] as const) {
  Deno.test(`all eight EXIF orientations of ${format} are followed`, () =>
    inFolder(async (folder) => {
      for (const [index, expected] of upright.entries()) {
        const path = join(folder, `${index}.${format}`);
        await corner().toFormat(format).withMetadata({ orientation: index + 1 }).toFile(path);
        const frame = await first(path);
        assert.equal(redQuarters(frame), expected, `orientation ${index + 1}`);
        assert.deepEqual([frame.width, frame.height], index < 4 ? [64, 48] : [48, 64]);
      }
    }));
}

Deno.test("CMYK, 16-bit, grey and palette pictures come out in 8-bit sRGB", () =>
  inFolder(async (folder) => {
    const create = { width: 32, height: 32, channels: 3, background: { r: 200, g: 100, b: 50 } } as const;
    const kinds: [string, Sharp, number[]][] = [
      ["cmyk.jpg", sharp({ create }).toColourspace("cmyk"), [200, 100, 50]],
      ["deep.png", sharp({ create }).toColourspace("rgb16"), [200, 100, 50]],
      ["palette.png", sharp({ create }).png({ palette: true }), [200, 100, 50]],
      ["grey.png", sharp({ create }).toColourspace("b-w"), [128, 128, 128]],
      [
        "clear.webp",
        sharp({ create: { ...create, channels: 4, background: "rgba(255,0,0,0.5)" } }),
        [128, 0, 0],
      ],
    ];
    for (const [name, picture, expected] of kinds) {
      const path = join(folder, name);
      await picture.toFile(path);
      const colour = middle(await first(path));
      assert.ok(colour.every((value, at) => Math.abs(value - expected[at]!) < 32), `${name}: ${colour}`);
    }
  }));

Deno.test("an animated WebP is a video with the times of its frames", () =>
  inFolder(async (folder) => {
    const path = join(folder, "moving.webp");
    const pages = await Promise.all([0, 80, 160, 240].map((r) => {
      const background = { r, g: 0, b: 0 };
      return sharp({ create: { width: 32, height: 32, channels: 3, background } }).png().toBuffer();
    }));
    await sharp(pages, { join: { animated: true } }).webp({ delay: [100, 300, 0, 50], lossless: true })
      .toFile(path);
    const source = await probe(path);
    assert.deepEqual([source.kind, source.frames], ["video", 4]);
    const frames = await Array.fromAsync(decode(source));
    const rounded = (seconds: number) => Math.round(seconds * 1000);
    assert.deepEqual(frames.map(({ pts }) => rounded(pts)), [0, 100, 400, 500]);
    assert.deepEqual(frames.map(({ duration }) => rounded(duration)), [100, 300, 100, 50]);
    assert.deepEqual(frames.map((frame) => middle(frame)[0]), [0, 80, 160, 240]);
    const part = await Array.fromAsync(decode(source, { from: 0.1, duration: 0.35 }));
    assert.deepEqual(part.map(({ index, pts }) => [index, rounded(pts)]), [[0, 0], [1, 300]]);
  }));

Deno.test("a cut picture is shown as far as it goes, with a warning", () =>
  inFolder(async (folder) => {
    const path = join(folder, "cut.jpg");
    const whole = await corner().jpeg().toBuffer();
    await Deno.writeFile(path, whole.subarray(0, whole.length - 12));
    const warnings: string[] = [];
    const frames = await Array.fromAsync(
      decode(await probe(path), { onWarning: (line) => warnings.push(plain(line)) }),
    );
    assert.equal(frames.length, 1);
    assert.match(warnings.join(), /cut\.jpg is damaged/);
  }));

Deno.test("a picture that is too large is refused by its header, without being read", () =>
  inFolder(async (folder) => {
    const path = join(folder, "vast.png");
    const whole = await corner().png().toBuffer();
    whole.writeUInt32BE(30000, 16);
    whole.writeUInt32BE(30000, 20);
    whole.writeUInt32BE(crc32(whole.subarray(12, 29)), 29);
    await Deno.writeFile(path, whole);
    await assert.rejects(probe(path), /vast\.png is 30000x30000, too large to dream/);
  }));

Deno.test("files that nothing here reads are called what they are", () =>
  inFolder(async (folder) => {
    const files: [content: string, message: RegExp][] = [
      ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', /is an SVG drawing.*as PNG/],
      ["<!DOCTYPE html><html></html>", /is a web page/],
      ["%PDF-1.7\n", /is a PDF document/],
      ["II*\0\x10\0\0\0CR\x02\0", /is a camera's raw picture/],
      ["Dear diary,\n", /is a text/],
      ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", /is a HEIC picture, which this machine cannot read/],
    ];
    for (const [content, message] of files) {
      const path = join(folder, "clip.mp4");
      await Deno.writeFile(path, Buffer.from(content, "latin1"));
      await assert.rejects(probe(path), message);
    }
  }));

Deno.test("pictures are recognised by their first bytes", () => {
  const is = (text: string) => signature(Buffer.from(text, "latin1"));
  assert.deepEqual(is("\x89PNG\r\n\x1a\n"), { is: "picture", format: "png" });
  assert.deepEqual(is("\0\0\0\x1cftypavif"), { is: "picture", format: "heif" });
  assert.deepEqual(is("\0\0\0\x1cftypavis"), { is: "unknown" });
  assert.deepEqual(is(""), { is: "unknown" });
});
