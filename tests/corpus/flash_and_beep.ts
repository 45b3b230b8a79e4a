/** A source whose picture flashes as its sound beeps, so that their offset can be measured in any result. */
import { ffmpegText } from "./ffmpeg.ts";

/** Start of the flash and of the beep, and their length, in seconds. */
export const flash = { start: 2, length: 0.4 };

/** The source's length in seconds, its size in pixels, and its frames per second. */
export const source = { seconds: 4, width: 128, height: 96, rate: 25 };

const during = `between(t,${flash.start},${flash.start + flash.length - 0.001})`;

/** A moving picture that is white during the flash: an input of ffmpeg. */
export function picture({ seconds = source.seconds, rate = source.rate, size = "128x96" } = {}): string[] {
  const white = `drawbox=color=white:t=fill:enable='${during}'`;
  return ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=${seconds},${white}`];
}

/** A tone during the flash, silent otherwise: an input of ffmpeg. */
export function sound({ seconds = source.seconds, rate = 48000, channels = 1 } = {}): string[] {
  const tone = `if(${during},0.5*sin(880*PI*t),0)`;
  const tones = Array(channels).fill(tone).join("|");
  return ["-f", "lavfi", "-i", `aevalsrc=exprs='${tones}':s=${rate}:d=${seconds}`];
}

/**
 * Time from the flash to the beep in seconds, as a player shows them; undefined if there is none of either.
 * Positive if the sound is late.
 */
export async function measureLag(path: string): Promise<number | undefined> {
  const [seen, heard] = [await flashStart(path), await beepStart(path)];
  return seen === undefined || heard === undefined ? undefined : heard - seen;
}

async function flashStart(path: string): Promise<number | undefined> {
  const filter = "scale=16:16,format=gray,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-";
  return firstAbove(200, await measured(path, "0:V:0", ["-vf", filter]));
}

async function beepStart(path: string): Promise<number | undefined> {
  const level = "astats=metadata=1:reset=1,ametadata=print:key=lavfi.astats.Overall.RMS_level:file=-";
  const filter = `aformat=channel_layouts=mono,aresample=8000,asetnsamples=n=40:p=0,${level}`;
  return firstAbove(-25, await measured(path, "0:a:0", ["-af", filter]));
}

/** Runs a stream through a filter that prints values, with the file's own time stamps. */
async function measured(path: string, stream: string, filter: string[]): Promise<string> {
  try {
    return await ffmpegText("-copyts", "-i", path, "-map", stream, ...filter, "-f", "null", "-");
  } catch {
    return "";
  }
}

/** Time stamp of the first printed value above a threshold. */
function firstAbove(threshold: number, printed: string): number | undefined {
  for (const [, time, value] of printed.matchAll(/pts_time:(\S+)\s+lavfi\.\S+=(\S+)/g)) {
    if (Number(value) > threshold) return Number(time);
  }
  return undefined;
}
