/** Files with several pictures, and shapes that are not simply even. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture, sound } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

const h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];

function shaped(name: string, size: string, ...options: string[]): Specimen {
  return {
    name,
    oddity: [size, ...options].join(" "),
    make: (path) => ffmpeg("-f", "lavfi", "-i", `testsrc2=s=${size}:r=5:d=1`, ...options, path),
  };
}

/** Choice of the picture, and shapes. */
export const streams: Specimen[] = [
  {
    name: "thumbnail-first.mp4",
    oddity: "a cover picture before the clip",
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "color=red:s=640x480:d=0.04", ...picture({ seconds: 1 })],
        ...["-map", "0", "-map", "1", "-c:v:0", "mjpeg", "-pix_fmt:v:0", "yuvj420p", "-c:v:1", "libx264"],
        ...[
          "-pix_fmt:v:1",
          "yuv420p",
          "-disposition:v:0",
          "attached_pic",
          "-disposition:v:1",
          "default",
          path,
        ],
      ),
    differs: { frames: 25, size: [128, 96], seconds: 0.96 },
  },
  {
    name: "default-second.mkv",
    oddity: "two clips, the second one marked default",
    make: (path) =>
      ffmpeg(
        ...[
          "-f",
          "lavfi",
          "-i",
          "color=red:s=64x64:d=1:r=5",
          ...picture({ seconds: 1 }),
          "-map",
          "0",
          "-map",
          "1",
        ],
        ...[...h264, "-disposition:v:0", "0", "-disposition:v:1", "default", path],
      ),
    differs: { frames: 25, size: [128, 96], seconds: 0.96 },
    says: /stream|video/i,
  },
  {
    name: "titled.mkv",
    oddity: "Japanese sound with a title and chapters",
    make: (path) =>
      ffmpeg(
        ...picture(),
        ...sound(),
        ...h264,
        "-metadata:s:a:0",
        "language=jpn",
        "-metadata",
        "title=Yume",
        path,
      ),
  },
  shaped("odd.mkv", "101x75", "-c:v", "ffv1"),
  shaped("wide.mkv", "2048x16", "-c:v", "ffv1"),
  shaped("tall.mkv", "16x2048", "-c:v", "ffv1"),
  shaped("square-pixels.mp4", "96x96", ...h264),
  {
    name: "growing.ts",
    oddity: "the size changes in mid-stream",
    make: async (path) => {
      await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x96:r=25:d=1", ...h264, path);
      const part = `${path}.part.ts`;
      await ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=s=128x64:r=25:d=1", ...h264, "-output_ts_offset", "1", part],
      );
      await Deno.writeFile(path, await Deno.readFile(part), { append: true });
      await Deno.remove(part);
    },
    differs: { frames: 50, seconds: 1.96, size: [96, 96] },
  },
  {
    name: "turning.webm",
    oddity: "VP8 whose size changes, as calls between browsers are recorded",
    make: async (path) => {
      const parts = await Promise.all(["96x64", "64x96"].map((size) =>
        ffmpeg(
          ...["-f", "lavfi", "-i", `testsrc2=s=${size}:r=10:d=1`],
          ...["-c:v", "libvpx", "-f", "ivf", "-"],
        )
      ));
      await Deno.writeFile(`${path}.ivf`, joinedIvf(parts[0]!, parts[1]!, 10));
      await ffmpeg("-i", `${path}.ivf`, "-c", "copy", path);
      await Deno.remove(`${path}.ivf`);
    },
    differs: { frames: 20, seconds: 1.9, size: [96, 64] },
  },
  {
    name: "subtitled.mkv",
    oddity: "subtitles and a font beside the picture",
    make: async (path) => {
      await Deno.writeTextFile(`${path}.srt`, "1\n00:00:00,000 --> 00:00:01,000\nHello\n");
      await ffmpeg(
        ...[...picture({ seconds: 1 }), "-i", `${path}.srt`, "-map", "0", "-map", "1"],
        ...["-attach", `${path}.srt`, "-metadata:s:t", "mimetype=font/ttf", ...h264, "-c:s", "srt", path],
      );
      await Deno.remove(`${path}.srt`);
    },
    says: /subtitle stream 1 \(subrip\) is left out/,
  },
  {
    name: "timecode.mov",
    oddity: "a track of time codes, as cameras write it",
    make: (path) => ffmpeg(...picture(), ...sound(), ...h264, "-timecode", "01:02:03:04", path),
  },
  {
    name: "hdr.mp4",
    oddity: "high dynamic range (PQ)",
    make: (path) =>
      ffmpeg(
        ...[...picture({ seconds: 1 }), "-c:v", "libx264", "-pix_fmt", "yuv420p10le"],
        ...["-color_trc", "smpte2084", "-color_primaries", "bt2020", "-colorspace", "bt2020nc", path],
      ),
    says: /high dynamic range/,
  },
];

/** Two IVF files as one: the second one's frames follow, numbered from a given number on. */
function joinedIvf(one: Uint8Array, other: Uint8Array, from: number): Uint8Array {
  const [header, frameHeader] = [32, 12];
  const frames = other.slice(header);
  const view = new DataView(frames.buffer);
  for (let at = 0, number = from; at < frames.length; number++) {
    view.setBigUint64(at + 4, BigInt(number), true);
    at += frameHeader + view.getUint32(at, true);
  }
  const joined = new Uint8Array(one.length + frames.length);
  joined.set(one);
  joined.set(frames, one.length);
  return joined;
}
