/** How fast, how long and on which clock a source runs. */
import { countFrames } from "./count_frames.ts";
import type { ProbedData, ProbedStream } from "./ffprobe.ts";
import { number, ratio } from "./probed_values.ts";
import { type ClockReading, readClock } from "./source_clock.ts";
import type { SourceInfo } from "./source_info.ts";

/** The times of a source. */
export type Timing = Pick<
  SourceInfo,
  "frameRate" | "frames" | "framesExact" | "duration" | "startTime" | "videoStart" | "videoEnd" | "clock"
>;

/** The times of a still picture. */
export function stillTiming(): Timing {
  return { frameRate: { num: 25, den: 1 }, frames: 1, framesExact: true, duration: 1 / 25, startTime: 0 };
}

/**
 * The times of a video, of which the file is read to its end if it does not state them or only estimates them.
 *
 * @param streams the chosen picture and, if there is one, the chosen sound
 * @throws the signal's reason when it is aborted
 */
export async function timingOf(
  path: string,
  data: ProbedData,
  streams: [picture: ProbedStream, ...sound: ProbedStream[]],
  signal: AbortSignal | undefined,
): Promise<Timing> {
  const [stream] = streams;
  const frameRate = frameRateOf(stream);
  const formatStart = number(data.format.start_time) ?? 0;
  const starts = streams.flatMap((one) => number(one?.start_time) ?? []);
  const startTime = starts.length > 0 ? Math.min(...starts) : formatStart;
  const start = number(stream.start_time) ?? startTime;
  const whole = number(data.format.duration);
  const told = whole === undefined ? undefined : whole - (startTime - formatStart);
  const streamDuration = number(stream.duration);
  const reading = mayRestart.test(String(data.format.format_name))
    ? await readClock(path, streams.map((one) => number(one?.index) ?? -1), signal)
    : undefined;
  const counted = number(stream.nb_frames);
  if (reading) return { startTime, ...readTiming(reading, stream, frameRate) };
  if (!told || told <= 0) {
    // Recorded live or cut off: the file must be read to its end to find its length.
    const { frames, end } = await countFrames(path, number(stream.index) ?? 0, signal);
    const duration = Math.max(end, frames * frameRate.den / frameRate.num);
    return { frameRate, frames: Math.max(frames, 1), framesExact: true, duration, startTime };
  }
  const shown = streamDuration ?? told - Math.max(0, start - startTime);
  const average = ratio(stream.avg_frame_rate, "/") ?? [frameRate.num, frameRate.den];
  return {
    frameRate,
    frames: counted || Math.max(1, Math.round(shown * average[0] / average[1])),
    framesExact: counted !== undefined && counted > 0,
    duration: told,
    startTime,
    ...(start > startTime && { videoStart: start - startTime }),
    // All frames of an AVI last equally long, and its index may promise frames that are not there.
    ...(data.format.format_name === "avi"
      ? {}
      : videoEndOf(stream, startTime, streamDuration && start + streamDuration)),
  };
}

/** Containers whose clock may start again midway, and whose length is only estimated otherwise. */
const mayRestart = /^(mpegts|mpeg|ogg)$/;

function readTiming(
  { parts, duration, ends }: ClockReading,
  stream: ProbedStream,
  frameRate: { num: number; den: number },
): Omit<Timing, "startTime"> {
  const end = ends[number(stream.index) ?? -1];
  const average = ratio(stream.avg_frame_rate, "/") ?? [frameRate.num, frameRate.den];
  return {
    frameRate,
    frames: Math.max(1, Math.round((end ?? duration) * average[0] / average[1])),
    framesExact: false,
    duration,
    ...(end !== undefined && { videoEnd: end }),
    ...(parts.length > 1 && { clock: parts }),
  };
}

/** When the picture ends, if the file states it; Matroska does so in a tag. */
function videoEndOf(
  stream: ProbedStream,
  startTime: number,
  end: number | undefined,
): { videoEnd?: number } {
  const [, hours, minutes, seconds] = /^(\d+):(\d+):([\d.]+)/.exec(String(stream.tags?.["DURATION"])) ?? [];
  const tagged = seconds === undefined
    ? undefined
    : Number(hours) * 3600 + Number(minutes) * 60 + Number.parseFloat(seconds);
  const told = end ?? tagged;
  return told ? { videoEnd: told - startTime } : {};
}

/** The nominal frame rate, unless it is the tick of a container's clock rather than a frame rate. */
function frameRateOf(stream: ProbedStream): { num: number; den: number } {
  const [num, den] = [stream.r_frame_rate, stream.avg_frame_rate]
    .map((rate) => ratio(rate, "/"))
    .find((rate) => rate && rate[0] / rate[1] <= 480 && rate[0] / rate[1] >= 0.01) ?? [25, 1];
  return { num, den };
}
