/** What a video or picture holds, as ffmpeg reads it. */
import { ffmpeg, ffmpegText, ffprobe } from "./ffmpeg.ts";
import { measureLag } from "./flash_and_beep.ts";

/** Properties of a video or picture. */
export interface Properties {
  /** Number of frames. */
  frames: number;
  /** Size of the upright picture in pixels. */
  size: [width: number, height: number];
  /** Time from the start of the first frame to the start of the last one, in seconds. */
  seconds: number;
  /** How long the last frame is shown, in seconds. */
  lastSeconds: number;
  /** How long after the flash the beep is heard, in seconds; absent without both. */
  lag?: number;
  /** Number of streams of sound. */
  sounds: number;
  /** Mean RGB of the first frame's 4x4 fields, 48 values from 0 to 255. */
  fields: Uint8Array;
}

/**
 * Measures a file.
 *
 * @throws {Error} if ffmpeg cannot read it
 */
export async function measure(path: string): Promise<Properties> {
  const { streams } = await ffprobe("-show_streams", path);
  const times = await frameTimes(path);
  const lag = await measureLag(path);
  return {
    frames: times.length,
    size: await shownSize(path),
    seconds: (times.at(-1) ?? 0) - (times[0] ?? 0),
    lastSeconds: await lastFrameSeconds(path),
    ...(lag !== undefined && { lag }),
    sounds: streams.filter((stream: { codec_type: string }) => stream.codec_type === "audio").length,
    fields: await firstFrame(path, ["-vf", "scale=4:4:flags=area", "-f", "rawvideo"]),
  };
}

async function frameTimes(path: string): Promise<number[]> {
  const printed = await ffmpegText(
    ...["-copyts", "-i", path, "-map", "0:V:0", "-vsync", "passthrough"],
    ...["-vf", "signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-", "-f", "null", "-"],
  );
  return [...printed.matchAll(/pts_time:(\S+)/g)].map(([, time]) => Number(time));
}

async function lastFrameSeconds(path: string): Promise<number> {
  const { packets, streams } = await ffprobe(
    ...["-select_streams", "V:0", "-show_packets", "-show_streams"],
    ...["-show_entries", "packet=pts_time,duration_time:stream=start_time,duration", path],
  );
  const shown = packets.filter(({ pts_time }: { pts_time?: string }) => pts_time !== undefined);
  shown.sort((a: { pts_time: string }, b: { pts_time: string }) => Number(a.pts_time) - Number(b.pts_time));
  const { pts_time = "0", duration_time } = shown.at(-1) ?? {};
  if (duration_time !== undefined) return Number(duration_time);
  // ffprobe does not tell it of the last packets of MP4 with B frames.
  const { start_time = 0, duration = 0 } = streams[0] ?? {};
  return Math.max(0, Number(start_time) + Number(duration) - Number(pts_time)) || 0;
}

async function shownSize(path: string): Promise<[number, number]> {
  const picture = await firstFrame(path, ["-c:v", "ppm", "-f", "image2pipe"]);
  const [, width, height] = new TextDecoder().decode(picture.subarray(0, 32)).split(/\s+/);
  return [Number(width), Number(height)];
}

function firstFrame(path: string, options: string[]): Promise<Uint8Array> {
  return ffmpeg("-i", path, "-map", "0:V:0", "-frames:v", "1", ...options, "-pix_fmt", "rgb24", "-");
}
