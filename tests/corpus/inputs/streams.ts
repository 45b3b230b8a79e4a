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
];
