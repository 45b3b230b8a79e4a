/** File names that mean something to a shell, to ffmpeg or to a URL. */
import { ffmpeg } from "../ffmpeg.ts";
import type { Specimen } from "../specimen.ts";

const names = [
  "with space.mp4",
  'quote\'s "double".mp4',
  "100%.mp4",
  "frame%03d.mp4",
  "a:b.mp4",
  "pipe|line.mp4",
  "a,b;c.mp4",
  "[0].mp4",
  "#1?.mp4",
  "夢のビデオ 🎬.mp4",
  "new\nline.mp4",
  "back\\slash.mp4",
  "concat:a.mp4",
  "--from.mp4",
  "no-extension",
  "UPPER.MP4",
];

/** A clip under each name; the result has the same name in another folder. */
export const awkwardNames: Specimen[] = names.map((name) => ({
  name,
  oddity: "its name",
  result: name === "no-extension" ? "dream.mp4" : name,
  make: (path) =>
    ffmpeg(
      ...["-f", "lavfi", "-i", "testsrc2=s=96x96:r=5:d=1", "-c:v", "libx264", "-pix_fmt", "yuv420p"],
      ...["-f", "mp4", `file:${path}`],
    ),
}));
