import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FRAME_RATE, FRAMES } from "./sample_clip/camera.ts";
import { Film, FULL_FILM } from "./sample_clip/film.ts";
import { makeSound, SAMPLE_RATE } from "./sample_clip/sound.ts";

const CLIP = fileURLToPath(new URL("../../static/sample.mp4", import.meta.url));
const SMALL = { width: 64, height: 36, samples: 1, columns: 160, rows: 140 };

Deno.test("static/sample.mp4 is 60 frames of 480x270 with sound that any player can decode", async () => {
  const { streams, format } = await probe(CLIP);
  const video = streams.find((stream) => stream.codec_type === "video");
  const audio = streams.find((stream) => stream.codec_type === "audio");
  assert.deepEqual([video?.codec_name, video?.pix_fmt, video?.profile], ["h264", "yuv420p", "High"]);
  assert.deepEqual([video?.width, video?.height], [FULL_FILM.width, FULL_FILM.height]);
  assert.equal(Number(video?.nb_read_frames), FRAMES);
  assert.equal(video?.avg_frame_rate, `${FRAME_RATE}/1`);
  assert.deepEqual([audio?.codec_name, audio?.profile, audio?.channels], ["aac", "LC", 2]);
  assert.ok(Math.abs(Number(format.duration) - FRAMES / FRAME_RATE) < 1 / FRAME_RATE, `${format.duration} s`);
  assert.ok(Number(format.size) < 800_000, `${format.size} bytes`);
});

Deno.test("the sample clip's frames do not depend on what was drawn before", () => {
  const film = new Film(SMALL), first = film.frame(0), later = film.frame(23);
  assert.notDeepEqual(first, later);
  assert.deepEqual(film.frame(0), first);
  assert.deepEqual(new Film(SMALL).frame(23), later);
});

Deno.test("the sample clip loops: its last frame leads to its first as each frame to the next", () => {
  const film = new Film(SMALL);
  const usual = (difference(film.frame(0), film.frame(1)) + difference(film.frame(58), film.frame(59))) / 2;
  const seam = difference(film.frame(59), film.frame(0));
  assert.ok(seam < 1.25 * usual, `mean change at the seam ${seam}, elsewhere ${usual}`);
});

Deno.test("the sample clip's sound is the same each time, never clips and meets its own beginning", () => {
  const sound = makeSound(FRAMES / FRAME_RATE);
  assert.equal(sound.length, 2 * SAMPLE_RATE * FRAMES / FRAME_RATE);
  assert.deepEqual(makeSound(FRAMES / FRAME_RATE), sound);
  assert.ok(sound.every((value) => Math.abs(value) < 0.9));
  for (const side of [0, 1]) assert.ok(Math.abs(sound.at(side - 2)! - sound[side]!) < 0.05);
});

/** The mean absolute difference of two pictures, in 8-bit steps. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

interface Probed {
  streams: Record<string, string | number>[];
  format: Record<string, string>;
}

async function probe(file: string): Promise<Probed> {
  const wanted = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", file];
  const run = promisify(execFile);
  try {
    return JSON.parse((await run("ffprobe", wanted)).stdout);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
  }
  const program: string = createRequire(import.meta.url)("@ffprobe-installer/ffprobe").path;
  await chmod(program, 0o755);
  return JSON.parse((await run(program, wanted)).stdout);
}
