/** Time stamps that are not simply regular. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture, sound } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

const h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];

/** Runs ffmpeg to make an intermediate file, which is deleted afterwards. */
async function withFile(
  path: string,
  args: string[],
  use: (path: string) => Promise<unknown>,
): Promise<void> {
  await ffmpeg(...args, path);
  try {
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

const tsArgs = [...picture(), ...sound(), ...h264];

/** Variable rates, gaps, edit lists, joined and started files, parts. */
export const times: Specimen[] = [
  {
    name: "gap.mp4",
    oddity: "picture stands still for 6 s",
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=s=96x96:r=25:d=8,select='lt(n,25)+gte(n,175)'"],
        ...["-vsync", "vfr", ...h264, path],
      ),
  },
  {
    name: "delays.gif",
    oddity: "a GIF whose last frame lasts 3 s",
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=s=96x96:r=10:d=0.3", "-final_delay", "300", path],
      ),
    result: "dream.gif",
  },
  {
    name: "variable.mkv",
    oddity: "variable frame rate",
    make: (path) =>
      ffmpeg(
        ...["-f", "lavfi", "-i", "testsrc2=s=96x96:r=50:d=3,select='not(mod(n,7))+between(n,40,60)'"],
        ...["-vsync", "vfr", ...h264, path],
      ),
  },
  ...["24000/1001", "60000/1001", "100", "1"].map((rate): Specimen => ({
    name: `rate-${rate.replace("/", "-")}.mp4`,
    oddity: `${rate} frames a second`,
    make: (path) =>
      ffmpeg("-f", "lavfi", "-i", `testsrc2=s=96x96:r=${rate}:d=${rate === "1" ? 5 : 1}`, ...h264, path),
  })),
  {
    name: "one-frame.mp4",
    oddity: "one frame",
    make: (path) => ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x96:r=25", "-frames:v", "1", ...h264, path),
  },
  {
    name: "trimmed.mp4",
    oddity: "an edit list that skips the frames since the last key frame",
    make: (path) =>
      withFile(`${path}.whole.mp4`, tsArgs, (whole) => ffmpeg("-ss", "1", "-i", whole, "-c", "copy", path)),
  },
  {
    name: "joined.ts",
    oddity: "two streams joined, the time starts again",
    make: (path) =>
      withFile(`${path}.part.ts`, tsArgs, async (part) => {
        const bytes = await Deno.readFile(part);
        await Deno.writeFile(path, bytes);
        await Deno.writeFile(path, bytes, { append: true });
      }),
    differs: { frames: 200, seconds: 7.96, lag: 0 },
  },
  {
    name: "hours.ts",
    oddity: "starts at 26 hours, just before its time stamps wrap",
    make: (path) => ffmpeg(...tsArgs, "-output_ts_offset", "95440", path),
    differs: { lag: 0 },
  },
  {
    name: "from.ts",
    oddity: "a part from the middle of a long interval between key frames",
    flags: ["--from", "1", "--duration", "2"],
    make: (path) => ffmpeg(...tsArgs, "-g", "250", path),
    differs: { frames: 50, seconds: 1.96, lag: 0 },
  },
  {
    name: "from.avi",
    oddity: "a part of an AVI with B frames",
    flags: ["--from", "1", "--duration", "2"],
    make: (path) => ffmpeg(...picture(), ...sound(), "-c:v", "mpeg4", "-bf", "2", path),
    differs: { frames: 50, seconds: 1.96, lag: 0 },
  },
  {
    name: "from-late.mp4",
    oddity: "a part of a clip whose sound is late",
    flags: ["--from", "1", "--duration", "2.5"],
    make: (path) => ffmpeg(...picture(), "-itsoffset", "0.7", ...sound(), ...h264, path),
    differs: { frames: 63, seconds: 2.48, lag: 0.7 },
  },
  {
    name: "variable-with-sound.mp4",
    oddity: "60 frames in the first second, 12 a second after it, and sound",
    make: (path) =>
      ffmpeg(
        ...picture({ rate: 60 }),
        ...sound(),
        ...["-vf", "select='lt(n,60)+not(mod(n,5))'", "-vsync", "vfr", ...h264, path],
      ),
    differs: { lag: 0 },
  },
  {
    name: "late-sound.ts",
    oddity: "a broadcast whose sound starts after 8 s",
    make: (path) =>
      ffmpeg(
        ...[...picture({ seconds: 12 }), "-itsoffset", "8", ...sound({ seconds: 3 })],
        ...[...h264, "-c:a", "aac", path],
      ),
    differs: { sounds: 1 },
  },
  {
    name: "late-picture.ts",
    oddity: "a broadcast recorded 8 s before a key frame",
    make: (path) =>
      withFile(
        `${path}.whole.ts`,
        [...picture({ seconds: 10 }), ...h264, "-g", "225", "-sc_threshold", "0"],
        async (whole) => await Deno.writeFile(path, (await Deno.readFile(whole)).subarray(20 * 188)),
      ),
    differs: { frames: 25, size: [128, 96], seconds: 0.96 },
  },
];
