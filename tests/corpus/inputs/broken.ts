/** Inputs that cannot be dreamed, or only in part. */
import { ffmpeg } from "../ffmpeg.ts";
import { picture, sound } from "../flash_and_beep.ts";
import type { Specimen } from "../specimen.ts";

const h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
const text = (path: string, content: string) => Deno.writeTextFile(path, content);

async function clip(path: string): Promise<Uint8Array> {
  await ffmpeg(...picture(), ...sound(), ...h264, path);
  return await Deno.readFile(path);
}

/** Files that are refused in one line, and damaged ones of which the rest is dreamed. */
export const broken: Specimen[] = [
  { name: "empty.mp4", oddity: "no bytes", make: (path) => text(path, ""), refused: /empty/ },
  {
    name: "text.mp4",
    oddity: "a text",
    make: (path) => text(path, "Dreams.\n"),
    refused: /not a video|cannot be read/,
  },
  { name: "page.html", oddity: "a page", make: (path) => text(path, "<p>Dreams"), refused: /./ },
  { name: "drawing.svg", oddity: "a vector drawing", make: (path) => text(path, "<svg/>"), refused: /./ },
  {
    name: "list.m3u8",
    oddity: "a playlist that names another file",
    make: (path) => text(path, "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n"),
    refused: /./,
  },
  {
    name: "list.mp4",
    oddity: "the same playlist under a video's name",
    make: (path) => text(path, "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n"),
    refused: /./,
  },
  {
    name: "sound.mp3",
    oddity: "sound alone",
    make: (path) => ffmpeg(...sound({ seconds: 1 }), path),
    refused: /no (video|picture)/,
  },
  {
    name: "cut-off.mp4",
    oddity: "the index is cut off",
    make: async (path) => {
      const bytes = await clip(path);
      await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    },
    refused: /cut off|damaged|incomplete/,
  },
  {
    name: "cut-off.mkv",
    oddity: "the end is cut off",
    make: async (path) => {
      const bytes = await clip(path);
      await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
    },
  },
  {
    name: "noise.mp4",
    oddity: "a kilobyte of noise in the middle",
    make: async (path) => {
      const bytes = await clip(path);
      crypto.getRandomValues(bytes.subarray(20_000, 21_000));
      await Deno.writeFile(path, bytes);
    },
    says: /damaged|could be read/,
  },
  { name: "folder.mp4", oddity: "a folder", make: (path) => Deno.mkdir(path), refused: /folder/ },
  {
    name: "missing.mp4",
    oddity: "not there",
    make: () => Promise.resolve(),
    refused: /no such file|not there|does not exist/i,
  },
  {
    name: "miscounted.avi",
    oddity: "the index promises 57 frames, 20 are there",
    make: async (path) => {
      await ffmpeg("-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=2", "-c:v", "mpeg4", path);
      const bytes = await Deno.readFile(path);
      const view = new DataView(bytes.buffer);
      const found = (tag: string) => new TextDecoder("latin1").decode(bytes).indexOf(tag);
      view.setUint32(found("avih") + 24, 57, true);
      view.setUint32(found("strh") + 40, 57, true);
      await Deno.writeFile(path, bytes);
    },
    differs: { frames: 20 },
  },
];
