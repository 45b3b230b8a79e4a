import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { countFrames } from "./count_frames.ts";
import { exifOrientation } from "./exif.ts";
import { ffprobe, type ProbedData, type ProbedStream } from "./ffprobe.ts";
import { isPictureFormat } from "./formats.ts";
import { locate } from "./locate.ts";
import { checkReadable, refusal } from "./refusal.ts";
import type { AudioInfo, ColourInfo, Orientation, SourceInfo } from "./source_info.ts";

export type { AudioInfo, ColourInfo, Orientation, SourceInfo } from "./source_info.ts";

/** The smallest side that can be dreamed, in pixels. */
export const minimumSide = 16;

/** Options of {@link probe}. */
export interface ProbeOptions {
  signal?: AbortSignal;
}

/**
 * Finds out what a file holds before anything is decoded.
 *
 * @throws {ReverieError} with one line that names the file and says what to do, if the file does not exist,
 *   cannot be read, is not a video or picture, is a playlist, is broken, or has no picture or one that is too
 *   small
 * @throws the signal's reason when it is aborted
 */
export async function probe(given: string, { signal }: ProbeOptions = {}): Promise<SourceInfo> {
  const path = await lastingPath(given);
  await checkReadable(path);
  const program = await locate("ffprobe");
  signal?.throwIfAborted();
  const data = await ffprobe(program, path).catch(async (error) => {
    throw await refusal(path, error);
  });
  signal?.throwIfAborted();

  const stream = data.streams.find(isVideo);
  if (!stream) throw noPicture(path, data);
  const info = await describe(path, data, stream, signal);
  if (Math.min(info.width, info.height) < minimumSide) {
    const size = `${info.width}x${info.height}`;
    throw new ReverieError(
      "unusable_video",
      line`${{ path }} is ${size}, too small to dream: each side needs at least ${minimumSide} pixels`,
    );
  }
  return info;
}

/** The path that a name such as `/dev/stdin` or `/proc/self/fd/3` leads to: for ffmpeg it means something else. */
async function lastingPath(path: string): Promise<string> {
  return /^\/(dev|proc)\//.test(path) ? await Deno.realPath(path).catch(() => path) : path;
}

/** Whether a stream holds moving or still pictures; the cover art of a song does not count. */
function isVideo(stream: ProbedStream): boolean {
  return stream.codec_type === "video" && String(stream.disposition?.["attached_pic"] ?? "0") !== "1";
}

function noPicture(path: string, data: ProbedData): ReverieError {
  const sound = data.streams.some((stream) => stream.codec_type === "audio");
  const what = sound ? "sound but no picture" : "no picture";
  return new ReverieError("not_a_video", line`${{ path }} has ${what}`, {
    advice: [[{ remedy: "give", source: "any" }]],
  });
}

async function describe(
  path: string,
  data: ProbedData,
  stream: ProbedStream,
  signal: AbortSignal | undefined,
): Promise<SourceInfo> {
  const container = String(data.format.format_name ?? "");
  const picture = isPictureFormat(container) || isStillBrand(data);
  const orientation = picture && stream.codec_name === "mjpeg"
    ? await exifOrientation(path)
    : orientationOf(stream);
  const [width, height] = uprightSize(path, stream, orientation);
  const audio = audioOf(data);
  const hdr = hdrOf(stream);
  const timing = picture ? stillTiming() : await timingOf(path, data, stream, signal);
  return {
    path,
    kind: picture ? "picture" : "video",
    container,
    codec: String(stream.codec_name ?? "unknown"),
    pixelFormat: String(stream.pix_fmt ?? "unknown"),
    stream: number(stream.index) ?? 0,
    width,
    height,
    sampleAspect: sampleAspectOf(stream, orientation),
    orientation,
    ...timing,
    ...(audio && !picture ? { audio } : {}),
    interlaced: !picture && isInterlaced(stream),
    ...(hdr ? { hdr } : {}),
    alpha: hasAlpha(stream),
    colour: colourOf(stream),
  };
}

/** HEIF and AVIF are pictures in an MP4 container. */
function isStillBrand(data: ProbedData): boolean {
  return /^(avif|heic|heix|mif1|msf1)$/.test(String(data.format.tags?.["major_brand"] ?? "").trim());
}

function uprightSize(path: string, stream: ProbedStream, orientation: Orientation): [number, number] {
  const width = number(stream.width) ?? 0;
  const height = number(stream.height) ?? 0;
  if (width < 1 || height < 1) {
    throw new ReverieError(
      "unusable_video",
      line`${{ path }} does not tell the size of its picture: it may be broken`,
    );
  }
  return orientation.clockwise % 180 === 0 ? [width, height] : [height, width];
}

function orientationOf(stream: ProbedStream): Orientation {
  // The side data is counter-clockwise; the tag written by older programs is clockwise.
  const side = number(stream.rotation);
  const degrees = side !== undefined ? -side : number(stream.tags?.["rotate"]) ?? 0;
  const clockwise = ((Math.round(degrees / 90) * 90) % 360 + 360) % 360;
  return { mirrored: false, clockwise: clockwise as Orientation["clockwise"] };
}

function sampleAspectOf(stream: ProbedStream, orientation: Orientation): { num: number; den: number } {
  const [num, den] = ratio(stream.sample_aspect_ratio, ":") ?? [1, 1];
  return orientation.clockwise % 180 === 0 ? { num, den } : { num: den, den: num };
}

function audioOf(data: ProbedData): AudioInfo | undefined {
  const stream = data.streams.find((one) => one.codec_type === "audio");
  const sampleRate = number(stream?.sample_rate);
  const channels = number(stream?.channels);
  if (!stream || !sampleRate || !channels) return undefined;
  return { codec: String(stream.codec_name), sampleRate, channels };
}

function hdrOf(stream: ProbedStream): "pq" | "hlg" | undefined {
  if (stream.color_transfer === "smpte2084") return "pq";
  return stream.color_transfer === "arib-std-b67" ? "hlg" : undefined;
}

function colourOf(stream: ProbedStream): ColourInfo {
  const told = (value: unknown) =>
    value === undefined || /^(unknown|reserved|N\/A)$/.test(String(value)) ? undefined : String(value);
  const matrix = told(stream.color_space);
  const transfer = told(stream.color_transfer);
  const primaries = told(stream.color_primaries);
  const range = told(stream.color_range);
  return {
    ...(matrix ? { matrix } : {}),
    ...(transfer ? { transfer } : {}),
    ...(primaries ? { primaries } : {}),
    ...(range === "tv" || range === "pc" ? { range } : {}),
  };
}

/** Codecs whose streams may be interlaced even if the container does not say so. */
const fieldCodecs = [
  "mpeg1video",
  "mpeg2video",
  "h264",
  "dvvideo",
  "vc1",
  "prores",
  "dnxhd",
  "ffv1",
  "huffyuv",
];

function isInterlaced(stream: ProbedStream): boolean {
  const order = String(stream.field_order ?? "unknown");
  if (/^(tt|bb|tb|bt)$/.test(order)) return true;
  return order === "unknown" && fieldCodecs.includes(String(stream.codec_name));
}

function hasAlpha(stream: ProbedStream): boolean {
  return String(stream.tags?.["alpha_mode"] ?? stream.tags?.["ALPHA_MODE"]) === "1" ||
    /^(yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8)/.test(String(stream.pix_fmt));
}

type Timing = Pick<
  SourceInfo,
  "frameRate" | "frames" | "framesExact" | "duration" | "startTime" | "videoEnd"
>;

function stillTiming(): Timing {
  return { frameRate: { num: 25, den: 1 }, frames: 1, framesExact: true, duration: 1 / 25, startTime: 0 };
}

async function timingOf(
  path: string,
  data: ProbedData,
  stream: ProbedStream,
  signal: AbortSignal | undefined,
): Promise<Timing> {
  const frameRate = frameRateOf(stream);
  const startTime = number(data.format.start_time) ?? 0;
  const start = number(stream.start_time) ?? startTime;
  const told = number(data.format.duration);
  const streamDuration = number(stream.duration);
  const counted = number(stream.nb_frames);
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
    ...(streamDuration ? { videoEnd: start - startTime + streamDuration } : {}),
  };
}

/** The nominal frame rate, unless it is the tick of a container's clock rather than a frame rate. */
function frameRateOf(stream: ProbedStream): { num: number; den: number } {
  const [num, den] = [stream.r_frame_rate, stream.avg_frame_rate]
    .map((rate) => ratio(rate, "/"))
    .find((rate) => rate && rate[0] / rate[1] <= 480 && rate[0] / rate[1] >= 0.01) ?? [25, 1];
  return { num, den };
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === "number"
    ? value
    : typeof value === "string"
    ? Number.parseFloat(value)
    : NaN;
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** Two positive whole numbers with a separator between them. */
function ratio(value: unknown, separator: string): [number, number] | undefined {
  const [num, den] = String(value ?? "").split(separator).map(Number);
  return num && den && num > 0 && den > 0 ? [num, den] : undefined;
}
