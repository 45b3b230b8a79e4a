/** Clips in which a flash and a beep come together, and where they are in a file. */
import { locate } from "../../../pipeline/ffmpeg/locate.ts";
import { draw } from "../clips.ts";

/** Start times in seconds on the common clock of picture and sound, from the start of the file on. */
export interface Moments {
  flashes: number[];
  beeps: number[];
}

/** Options of {@link drawFlashes}. */
export interface FlashOptions {
  /** Seconds by which the picture and the sound begin later than the file. */
  picture?: number;
  sound?: number;
}

/**
 * Draws a clip of 64x48 with a flash and a beep of 0.08 s in the middle of each second of picture and sound.
 *
 * @returns its path
 */
export function drawFlashes(path: string, asked: FlashOptions = {}): Promise<string> {
  const { picture = 0, sound = 0 } = asked;
  const seconds = 3;
  const moment = "between(mod(t,1),0.479,0.559)";
  const flash = `color=black:size=64x48:rate=25:duration=${seconds},` +
    `drawbox=color=white:t=fill:enable='${moment}'`;
  const beep = `aevalsrc='0.8*sin(2*PI*1000*t)*${moment}':sample_rate=48000:duration=${seconds}`;
  return draw(
    ...["-itsoffset", String(picture), "-f", "lavfi", "-i", flash],
    ...["-itsoffset", String(sound), "-f", "lavfi", "-i", beep],
    ...codecs(path),
    path,
  );
}

const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"];
const codecsOf: Record<string, string[]> = {
  flv: [...h264, "-ar", "44100"],
  vob: ["-c:v", "mpeg2video", "-g", "12", "-c:a", "mp2"],
  avi: ["-c:v", "mpeg4", "-g", "12", "-c:a", "mp3"],
  webm: ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"],
};

function codecs(path: string): string[] {
  return codecsOf[path.slice(path.lastIndexOf(".") + 1)] ?? h264;
}

/**
 * Finds the flashes and beeps in a file or an HLS playlist. One ffmpeg reads picture and sound, so that both
 * are on the same clock, independently of the code under test.
 */
export async function moments(path: string): Promise<Moments> {
  const { path: program } = await locate("ffmpeg");
  const args = [
    ...["-hide_banner", "-nostats", "-i", path],
    ...["-map", "0:v", "-vf", "format=gray,settb=AVTB,showinfo", "-vsync", "passthrough", "-f", "null", "-"],
    ...["-map", "0:a", "-af", "silencedetect=noise=0.1:duration=0.2", "-f", "null", "-"],
  ];
  const { stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const text = new TextDecoder().decode(stderr);
  const flashes: number[] = [];
  let bright = false;
  for (const [, pts, mean] of text.matchAll(/ n: *\d+ pts: *(-?\d+) .*mean:\[(\d+)/g)) {
    if (Number(mean) > 128 && !bright) flashes.push(Number(pts) / 1e6);
    bright = Number(mean) > 128;
  }
  // The end of the file also ends a silence, after which there is no other.
  const beeps = Array.from(
    text.matchAll(/silence_end: ([-\d.]+)(?=[^]*silence_start)/g),
    ([, time]) => Number(time),
  );
  return { flashes, beeps };
}
