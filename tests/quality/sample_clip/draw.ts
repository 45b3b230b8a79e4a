/**
 * Draws the sample clip: an autumn lake below mountains at sunset, in a seamless loop of 2.5 seconds.
 *
 *     deno run -A tests/quality/sample_clip/draw.ts static/sample.mp4
 *
 * Needs ffmpeg with libx264 on PATH, or its path in FFMPEG_PATH.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { FRAME_RATE, FRAMES } from "./camera.ts";
import { Film, FULL_FILM } from "./film.ts";
import { makeSound, SAMPLE_RATE } from "./sound.ts";

/** Draws the whole clip into an MP4 file that old players understand: H.264 High 4:2:0 and AAC-LC. */
async function drawClip(output: string): Promise<void> {
  const soundFile = await Deno.makeTempFile({ suffix: ".f32" });
  try {
    await Deno.writeFile(soundFile, new Uint8Array(makeSound(FRAMES / FRAME_RATE).buffer));
    await encode(soundFile, output);
  } finally {
    await Deno.remove(soundFile);
  }
}

async function encode(soundFile: string, output: string): Promise<void> {
  const film = new Film(FULL_FILM);
  const program = process.env["FFMPEG_PATH"] ?? "ffmpeg";
  const ffmpeg = spawn(program, encoderArguments(soundFile, output), {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = once(ffmpeg, "close");
  for (let index = 0; index < FRAMES; index++) {
    if (!ffmpeg.stdin.write(film.frame(index))) await once(ffmpeg.stdin, "drain");
    console.error(`frame ${index + 1} of ${FRAMES}`);
  }
  ffmpeg.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`ffmpeg ended with code ${code}`);
}

function encoderArguments(soundFile: string, output: string): string[] {
  const size = `${FULL_FILM.width}x${FULL_FILM.height}`;
  return [
    ...["-v", "error", "-y"],
    ...["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", `${FRAME_RATE}`, "-i", "pipe:0"],
    ...["-f", "f32le", "-ar", `${SAMPLE_RATE}`, "-ac", "2", "-i", soundFile],
    ...["-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p"],
    ...["-c:v", "libx264", "-profile:v", "high", "-preset", "veryslow", "-crf", "19", "-aq-mode", "3"],
    ...["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"],
    ...["-c:a", "aac", "-b:a", "96k", "-shortest", "-fflags", "+bitexact", "-map_metadata", "-1"],
    ...["-movflags", "+faststart", output],
  ];
}

if (import.meta.main) {
  const output = Deno.args[0];
  if (!output) {
    console.error("Name the file to draw into: deno run -A tests/quality/sample_clip/draw.ts sample.mp4");
    Deno.exit(2);
  }
  await drawClip(output);
}
