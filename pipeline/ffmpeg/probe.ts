import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { gifPlays, probePicture } from "../pictures/probe_picture.ts";
import { signatureOf } from "../pictures/signature.ts";
import { chooseStreams, type ChosenStreams, languageOf } from "./choose_streams.ts";
import { featuresOf } from "./features.ts";
import { ffprobe, firstFrameSideData, type ProbedData, type ProbedStream } from "./ffprobe.ts";
import { isPictureFormat, lookFurther } from "./formats.ts";
import { chaptersOf, labelsOf } from "./labels.ts";
import { locate, type Program } from "./locate.ts";
import { asStored, type Display, displayOf } from "./orientation.ts";
import { number, ratio } from "./probed_values.ts";
import { brokenPicture, checkReadable, refusal, refuseUnread } from "./refusal.ts";
import type { AudioInfo, ColourInfo, Orientation, SourceInfo } from "./source_info.ts";
import { stillTiming, timingOf } from "./timing.ts";

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
  const info = await inspected(path, signal);
  checkSize(info);
  return info;
}

/** The number of pixels beyond which ffmpeg decodes nothing. */
const mostPixels = 2 ** 28;

function checkSize({ path, width, height }: SourceInfo): void {
  const size = `${width}x${height}`;
  if (Math.min(width, height) < minimumSide) {
    throw new ReverieError(
      "unusable_video",
      line`${{ path }} is ${size}, too small to dream: each side needs at least ${minimumSide} pixels`,
    );
  }
  if (width * height > mostPixels) {
    const most = Math.floor(mostPixels / 1e6);
    throw new ReverieError(
      "unusable_video",
      line`${{ path }} is ${size}, too large to dream: at most ${most} million pixels are read`,
    );
  }
}

/** The path that a name such as `/dev/stdin` or `/proc/self/fd/3` leads to: for ffmpeg it means something else. */
async function lastingPath(path: string): Promise<string> {
  return /^\/(dev|proc)\//.test(path) ? await Deno.realPath(path).catch(() => path) : path;
}

async function inspected(path: string, signal: AbortSignal | undefined): Promise<SourceInfo> {
  const signature = await signatureOf(path);
  refuseUnread(path, signature);
  const picture = signature.is === "picture" ? await probePicture(path) : undefined;
  signal?.throwIfAborted();
  const program = await locate("ffprobe");
  const { data, startsLate } = await probedStreams(program, path, signal).catch(async (error) => {
    if (signal?.aborted || error instanceof ReverieError) throw error;
    if (picture) return { data: undefined, startsLate: false };
    throw await refusal(path, error, signature);
  });
  signal?.throwIfAborted();
  if (picture && !(data && isBetterRead(data))) return picture;

  const streams = chooseStreams(path, data!, await featuresOf(await locate("ffmpeg")));
  if (!streams.video) throw noPicture(path, data!);
  if (signature.is === "picture" && !number(streams.video.width)) throw brokenPicture(path, signature);
  const info = await describe(path, data!, { ...streams, video: streams.video }, signal);
  return startsLate ? { ...info, startsLate } : info;
}

/** Runs ffprobe, and once more if a stream starts too late for a first look. */
async function probedStreams(
  program: Program,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ data: ProbedData; startsLate: boolean }> {
  const first = await ffprobe(program, path, { signal });
  const unknown = first.streams.filter(isUnknown).length;
  if (unknown === 0) return { data: first, startsLate: false };
  const further = await ffprobe(program, path, { options: lookFurther, signal });
  const startsLate = further.streams.filter(isUnknown).length < unknown;
  return { data: startsLate ? further : first, startsLate };
}

/** Whether ffmpeg knows that a stream is there, but not what it holds. */
function isUnknown({ codec_type, width, channels }: ProbedStream): boolean {
  return codec_type === "video" && !number(width) || codec_type === "audio" && !number(channels);
}

/** Whether ffmpeg reads a file better than libvips: animations that are no WebP, and high dynamic range. */
function isBetterRead(data: ProbedData): boolean {
  const still = isPictureFormat(String(data.format.format_name)) || isStillBrand(data);
  return !still || data.streams.some((stream) => hdrOf(stream) !== undefined);
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
  { video, audio, notes }: ChosenStreams & { video: ProbedStream },
  signal: AbortSignal | undefined,
): Promise<SourceInfo> {
  const container = String(data.format.format_name ?? "");
  const picture = isPictureFormat(container) || isStillBrand(data);
  const { orientation, tilt } = await displayed(path, video, signal);
  const [width, height] = uprightSize(path, video, orientation);
  const hdr = hdrOf(video);
  const timing = picture
    ? stillTiming()
    : await timingOf(path, data, [video, ...(audio ? [audio] : [])], signal);
  const sound = picture || !audio ? undefined : audioOf(audio);
  const plays = container === "gif" ? await gifPlays(path) : undefined;
  return {
    path,
    kind: picture ? "picture" : "video",
    reader: "ffmpeg",
    container,
    codec: String(video.codec_name ?? "unknown"),
    pixelFormat: String(video.pix_fmt ?? "unknown"),
    stream: number(video.index) ?? 0,
    width,
    height,
    sampleAspect: picture ? { num: 1, den: 1 } : sampleAspectOf(video, orientation),
    orientation,
    ...timing,
    ...(plays !== undefined ? { plays } : {}),
    ...(sound ? { audio: sound } : {}),
    interlaced: !picture && isInterlaced(video),
    ...(hdr ? { hdr } : {}),
    alpha: hasAlpha(video),
    colour: colourOf(video),
    labels: labelsOf(data.format),
    chapters: chaptersOf(data.chapters, timing.startTime),
    notes: [
      ...notes,
      ...(tilt ? [line`${{ path }} is tilted by ${Math.round(tilt)}°, which is left as it is`] : []),
      ...(audio && !picture && !sound ? [line`${{ path }}: its sound cannot be read`] : []),
      ...(hdr
        ? [line`${{ path }} has high dynamic range (HDR); its dream has standard dynamic range (SDR)`]
        : []),
      ...(hasAlpha(video) && !isIndexed(video)
        ? [line`${{ path }}: its transparent parts, if any, become black`]
        : []),
    ],
  };
}

/** Codecs whose frames may say themselves how to be displayed. */
const tellingCodecs = ["h264", "hevc", "mjpeg"];

/** How players display a stream: a frame's own display matrix comes before that of the container. */
async function displayed(
  path: string,
  stream: ProbedStream,
  signal: AbortSignal | undefined,
): Promise<Display> {
  const index = number(stream.index) ?? 0;
  const own = tellingCodecs.includes(String(stream.codec_name))
    ? displayOf(await firstFrameSideData(await locate("ffprobe"), path, index, signal))
    : undefined;
  return own ?? displayOf(stream.side_data_list ?? []) ?? { orientation: asStored, tilt: 0 };
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

function sampleAspectOf(stream: ProbedStream, orientation: Orientation): { num: number; den: number } {
  const [num, den] = ratio(stream.sample_aspect_ratio, ":") ?? [1, 1];
  return orientation.clockwise % 180 === 0 ? { num, den } : { num: den, den: num };
}

function audioOf(stream: ProbedStream): AudioInfo | undefined {
  const sampleRate = number(stream.sample_rate);
  const channels = number(stream.channels);
  if (!sampleRate || !channels) return undefined;
  const language = languageOf(stream);
  const title = stream.tags?.["title"] ?? stream.tags?.["TITLE"];
  return {
    stream: number(stream.index) ?? 0,
    codec: String(stream.codec_name),
    sampleRate,
    channels,
    ...(language ? { language } : {}),
    ...(title !== undefined ? { title: String(title) } : {}),
  };
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

/** Whether a format of indexed colours, of which ffmpeg always reads one as transparent, holds the picture. */
function isIndexed({ codec_name, pix_fmt }: ProbedStream): boolean {
  return codec_name === "gif" || pix_fmt === "pal8";
}
