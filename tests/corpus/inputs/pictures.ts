/** Kinds of pictures. */
import sharp from "sharp";
import { ffmpeg } from "../ffmpeg.ts";
import type { Specimen } from "../specimen.ts";

const encoded: [name: string, pixels: string, ...options: string[]][] = [
  ["grey.png", "gray"],
  ["grey-16.png", "gray16be"],
  ["rgb-16.png", "rgb48be"],
  ["alpha.png", "rgba"],
  ["palette.png", "pal8"],
  ["one-bit.png", "monob"],
  ["photo.jpg", "yuvj420p"],
  ["grey.jpg", "gray"],
  ["lossless.webp", "bgra", "-lossless", "1"],
  ["old.bmp", "bgr24"],
  ["scan.tiff", "rgb24"],
  ["plain.ppm", "rgb24"],
  ["truevision.tga", "bgra"],
];

/** A small picture as PNG. */
function testPicture(): Promise<Uint8Array> {
  return ffmpeg("-f", "lavfi", "-i", "testsrc2=s=120x90", "-frames:v", "1", "-f", "apng", "-");
}

/** One picture of each kind. */
export const pictures: Specimen[] = [
  ...encoded.map(([name, pixels, ...options]): Specimen => ({
    name,
    oddity: pixels,
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=s=120x90", "-frames:v", "1", "-pix_fmt", pixels, ...options, path],
      ),
  })),
  {
    name: "cmyk.jpg",
    oddity: "CMYK",
    make: async (path) => {
      const picture = await testPicture();
      await sharp(picture).toColourspace("cmyk").jpeg().toFile(path);
    },
  },
  ...["avif", "heic"].map((extension): Specimen => ({
    name: `photo.${extension}`,
    oddity: `${extension.toUpperCase()}, which is read or named in the refusal`,
    make: async (path) => {
      const picture = await testPicture();
      await sharp(picture).heif({ compression: extension === "avif" ? "av1" : "hevc" }).toFile(path);
    },
  })),
  {
    name: "pattern-%03d.png",
    oddity: "a picture whose name looks like a pattern",
    make: async (path) => {
      const picture = await testPicture();
      await Deno.writeFile(path, picture);
    },
  },
  {
    name: "animated.png",
    oddity: "an animated PNG, which is a video",
    make: (path) => ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=1", "-f", "apng", path),
    result: "dream.mp4",
    differs: { frames: 10, seconds: 0.9 },
  },
  {
    name: "clear.png",
    oddity: "a transparent PNG that becomes a JPEG",
    make: (path) =>
      ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64", "-frames:v", "1", "-pix_fmt", "rgba", path),
    result: "dream.jpg",
  },
];
