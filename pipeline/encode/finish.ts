import { dirname, join, resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { isDiskFull, reasonOf } from "../../models/system_error.ts";
import { type CommandInput, fileArgument, runFfmpeg } from "../ffmpeg/command.ts";
import { ffprobe } from "../ffmpeg/ffprobe.ts";
import { sourceOptions } from "../ffmpeg/formats.ts";
import { featuresOf } from "../ffmpeg/features.ts";
import { type Chapter, chaptersInput } from "../ffmpeg/labels.ts";
import { locate } from "../ffmpeg/locate.ts";
import { mark } from "../output/made_here.ts";
import { checkReplaceable } from "../output/replaceable.ts";
import { describeFile, isDescribed } from "./comment.ts";
import { type Container, extensionOf } from "./container.ts";
import { removeIfThere } from "./destination.ts";
import { failure, type FrameWriter } from "./frame_writer.ts";
import { setLastDelay } from "./gif_delay.ts";
import type { EncodeOptions } from "./options.ts";

/**
 * Turns the complete partial file into the output. An MP4 gets its index at the front instead of in
 * fragments, sound that can be copied replaces the sound encoded along the way, and pictures get their
 * metadata. The final name appears atomically.
 *
 * @param written the frames that it holds
 * @throws {ReverieError} if the output cannot be written
 * @throws the signal's reason if ffmpeg was interrupted
 */
export async function finish(
  options: EncodeOptions,
  container: Container,
  partial: string,
  written: WrittenFrames,
): Promise<void> {
  const { path } = options;
  if (container.muxer === "gif") await setLastDelay(partial, written.last.duration);
  const chapters = chaptersOf(options, container).length > 0;
  const long = container.kind === "video" && container.muxer !== "gif" && lastsLong(options, written);
  const whole = container.muxer !== "mp4" && !copiedSound(options, container) && !chapters && !long;
  if (whole && !isDescribed(path)) return await move(partial, path);
  const folder = await workFolder(path);
  const finished = join(folder, `finished.${extensionOf(path)}`);
  try {
    if (whole) await describe(partial, finished, options);
    else await remux(options, container, partial, finished, written);
    await move(finished, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await removeIfThere(partial);
}

/** A folder of this run's own beside the output, in which no name can be taken or too long. */
async function workFolder(path: string): Promise<string> {
  try {
    return await Deno.makeTempDir({ dir: dirname(resolve(path)), prefix: ".reverie-" });
  } catch (cause) {
    throw notFinished(path, cause);
  }
}

/** Copies a picture or animation, with its metadata. */
async function describe(from: string, to: string, { path, metadata }: EncodeOptions): Promise<void> {
  try {
    await describeFile(from, to, { comment: mark, ...metadata });
  } catch (cause) {
    throw notFinished(path, cause);
  }
}

/** The sound of the source, if all of it can be copied into the container unchanged. */
function copiedSound({ sound }: EncodeOptions, container: Container): EncodeOptions["sound"] {
  if (!sound?.source.audio || sound.from || sound.duration !== undefined || sound.source.clock) {
    return undefined;
  }
  return container.copies(sound.source.audio.codec) ? sound : undefined;
}

/** The chapters to write: those of the options, if the container has chapters. */
function chaptersOf({ chapters = [] }: EncodeOptions, { muxer }: Container): readonly Chapter[] {
  return ["mp4", "matroska", "webm"].includes(muxer) ? chapters : [];
}

async function remux(
  options: EncodeOptions,
  container: Container,
  partial: string,
  target: string,
  written: WrittenFrames,
): Promise<void> {
  const copied = copiedSound(options, container);
  // The picture moves to the clock of the copied sound, then both move to time 0: moving the sound alone,
  // ffmpeg would move that of an MPEG stream twice.
  const zero = copied?.source.startTime ?? 0;
  const shift = zero + written.firstPts - await videoStart(partial);
  const inputs: CommandInput[] = [{
    source: fileArgument(partial),
    options: ["-itsoffset", shift.toFixed(6)],
  }];
  if (copied) {
    inputs.push({ source: fileArgument(copied.source.path), options: sourceOptions(copied.source) });
  }
  const chapters = chaptersOf(options, container);
  if (chapters.length > 0) {
    inputs.push({ source: chaptersInput(chapters), options: ["-f", "ffmetadata"] });
  }
  const program = await locate("ffmpeg");
  const { libavcodec } = await featuresOf(program);
  const exit = await runFfmpeg(program, {
    inputs,
    options: [
      ...[
        "-copyts",
        "-map",
        "0:v:0",
        "-map",
        copied ? `1:${copied.source.audio!.stream}` : "0:a:0?",
        "-c",
        "copy",
        "-map_metadata",
        "0",
      ],
      // Otherwise the nominal rate gives the last frame its duration; it changes no time stamps.
      ...(lastsLong(options, written) && libavcodec >= 59
        ? ["-bsf:v", lastDuration(written, zero)]
        : ["-r", `${options.frameRate.num}/${options.frameRate.den}`]),
      ...(zero === 0 ? [] : ["-output_ts_offset", (-zero).toFixed(6)]),
      ...["-map_chapters", chapters.length > 0 ? String(inputs.length - 1) : "-1"],
      ...["-f", container.muxer],
      ...(container.muxer === "mp4" ? ["-movflags", "+faststart"] : []),
    ],
    output: resolve(target),
  });
  if (!exit.ok) throw await failure(options, exit, [partial, target]);
}

/** The frames that a partial file holds: their number, the first one's time and the last one. */
export type WrittenFrames = Pick<FrameWriter, "frames" | "firstPts" | "last">;

/** Whether the last frame is shown for longer than ffmpeg assumes. */
function lastsLong({ frameRate }: EncodeOptions, { last }: WrittenFrames): boolean {
  return last.duration > 1.5 * frameRate.den / frameRate.num;
}

/** A bitstream filter that gives the last frame its duration. With B-frames, it is not the last packet. */
function lastDuration({ frames, last: { pts: shown, duration } }: WrittenFrames, zero: number): string {
  const pts = zero + shown;
  const isLast = `gte(PTS*TB\\,${(pts - 0.001).toFixed(6)})+eq(N\\,${frames - 1})`;
  const length = `${(pts + duration).toFixed(6)}/TB-PTS`;
  return `setts=pts=PTS:dts=DTS:duration=if(${isLast}\\,${length}\\,DURATION)`;
}

/** Start time of the video in seconds: containers without negative times shift everything slightly. */
async function videoStart(path: string): Promise<number> {
  const { streams } = await ffprobe(await locate("ffprobe"), path);
  const start = Number(streams.find((stream) => stream.codec_type === "video")?.start_time);
  return Number.isFinite(start) ? start : 0;
}

/** Gives a file its final name, unless something else has taken that meanwhile. */
async function move(from: string, to: string): Promise<void> {
  await checkReplaceable(to);
  try {
    await Deno.rename(from, to);
  } catch (cause) {
    throw notFinished(to, cause);
  }
}

function notFinished(path: string, cause: unknown): ReverieError {
  const code = isDiskFull(cause) ? "disk_full" : "encoding_failed";
  return new ReverieError(code, line`${{ path }} could not be finished: ${reasonOf(cause)}`, { cause });
}
