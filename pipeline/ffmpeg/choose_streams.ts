import { type Line, line } from "../../models/line.ts";
import type { Features } from "./features.ts";
import type { ProbedData, ProbedStream } from "./ffprobe.ts";
import { number } from "./probed_values.ts";

/** The streams of a file that are used, and what to say about the others. */
export interface ChosenStreams {
  video?: ProbedStream;
  audio?: ProbedStream;
  /** One line each about streams that a viewer may miss. */
  notes: Line[];
}

/** Dispositions of video streams that accompany another one instead of being the video. */
const companions = ["attached_pic", "timed_thumbnails", "still_image", "dependent"];
/** Dispositions of sound that is meant for some listeners only. */
const special = ["comment", "hearing_impaired", "visual_impaired", "descriptions", "karaoke", "dependent"];

/**
 * Chooses the picture and the sound as players do: what can be decoded, then what is marked as default, then the
 * largest. Cover art and thumbnails are never the picture.
 */
export function chooseStreams(path: string, data: ProbedData, features: Features): ChosenStreams {
  const decodable = (stream: ProbedStream) => features.decodable.has(String(stream.codec_name));
  const videos = ofType(data, "video").filter((stream) => !companions.some((name) => has(stream, name)));
  const moving = videos.filter((stream) => !isStill(stream));
  const video = best(moving.length > 0 ? moving : videos, (stream) => [
    Number(decodable(stream)),
    Number(has(stream, "default")),
    count(stream.width) * count(stream.height),
    bitRate(stream),
  ]);
  const sounds = ofType(data, "audio");
  const audio = best(inProgram(data, sounds, video), (stream) => [
    Number(decodable(stream) && count(stream.channels) > 0),
    Number(!special.some((name) => has(stream, name))),
    Number(has(stream, "default")),
    count(stream.channels),
    bitRate(stream),
  ]);
  const others = [...videos, ...sounds, ...ofType(data, "subtitle")]
    .filter((stream) => stream !== video && stream !== audio);
  const silent = audio && !decodable(audio) ? audio : undefined;
  return {
    ...(video && { video }),
    ...(audio && !silent && { audio }),
    notes: [
      ...(silent ? [line`${{ path }}: ${`there is no decoder for its sound (${nameOf(silent)})`}`] : []),
      ...(video && others.length > 0 ? [leftOut(path, others)] : []),
    ],
  };
}

function ofType(data: ProbedData, type: string): ProbedStream[] {
  return data.streams.filter((stream) => stream.codec_type === type);
}

function has(stream: ProbedStream, disposition: string): boolean {
  return String(stream.disposition?.[disposition] ?? "0") === "1";
}

/** Whether a stream holds a single picture. Matroska gives such a stream no rate. */
function isStill(stream: ProbedStream): boolean {
  return count(stream.nb_frames) === 1 ||
    stream.avg_frame_rate === "0/0" && count(stream.nb_frames) === 0 &&
      /^(mjpeg|png|webp|bmp|gif)$/.test(String(stream.codec_name));
}

/** Of the sounds, those in the picture's program (of a broadcast), if there are any. */
function inProgram(
  data: ProbedData,
  sounds: ProbedStream[],
  video: ProbedStream | undefined,
): ProbedStream[] {
  const program = data.programs.find(({ streams = [] }) =>
    streams.some(({ index }) => index === video?.index)
  );
  const indices = new Set(program?.streams?.map(({ index }) => index));
  const own = sounds.filter(({ index }) => indices.has(index));
  return own.length > 0 ? own : sounds;
}

/** The stream with the highest rank: the first number decides, then the second …, then the order of the file. */
function best(streams: ProbedStream[], rank: (stream: ProbedStream) => number[]): ProbedStream | undefined {
  return streams.toSorted((one, other) => {
    const ranks = rank(other);
    return rank(one).map((value, at) => ranks[at]! - value).find((difference) => difference !== 0) ?? 0;
  })[0];
}

function bitRate(stream: ProbedStream): number {
  return count(stream.bit_rate) || count(stream.tags?.["BPS"]) || count(stream.tags?.["BPS-eng"]);
}

/** A number that counts as 0 where the file tells none. */
function count(value: unknown): number {
  return number(value) ?? 0;
}

function leftOut(path: string, streams: readonly ProbedStream[]): Line {
  const shown = streams.slice(0, 4).map((stream) => `${stream.codec_type} stream ${describe(stream)}`);
  const more = streams.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  const list = shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : shown[0]!;
  return line`${{ path }}: ${list} ${streams.length > 1 ? "are" : "is"} left out`;
}

/** `2 (aac, 6 channels, jpn)`. */
function describe(stream: ProbedStream): string {
  const size = stream.codec_type === "video" ? [`${stream.width}x${stream.height}`] : [];
  const channels = stream.codec_type === "audio" && stream.channels ? [`${stream.channels} channels`] : [];
  const language = languageOf(stream);
  return `${stream.index} (${
    [nameOf(stream), ...size, ...channels, ...(language ? [language] : [])].join(", ")
  })`;
}

function nameOf(stream: ProbedStream): string {
  return String(stream.codec_name ?? stream.codec_tag_string ?? "unknown");
}

/** The language of a stream, usually as three letters (ISO 639-2); undefined if the file states none. */
export function languageOf(stream: ProbedStream): string | undefined {
  const told = String(stream.tags?.["language"] ?? stream.tags?.["LANGUAGE"] ?? "und");
  return told === "und" || told === "" ? undefined : told;
}
