import { resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { isDiskFull, reasonOf } from "../../models/system_error.ts";
import { type CommandInput, fileArgument, runFfmpeg } from "../ffmpeg/command.ts";
import { ffprobe } from "../ffmpeg/ffprobe.ts";
import { safeInput } from "../ffmpeg/formats.ts";
import { type Chapter, chaptersInput } from "../ffmpeg/labels.ts";
import { locate } from "../ffmpeg/locate.ts";
import { describeFile } from "./comment.ts";
import type { Container } from "./container.ts";
import { finishingPath, removeIfThere } from "./destination.ts";
import { failure } from "./frame_writer.ts";
import type { EncodeOptions } from "./options.ts";

/**
 * Turns the complete partial file into the output. An MP4 gets its index at the front instead of in
 * fragments, sound that can be copied replaces the sound encoded along the way, and pictures get their
 * metadata. The final name appears atomically.
 *
 * @param firstPts presentation time of the first frame, in seconds
 * @throws {ReverieError} if the output cannot be written
 * @throws the signal's reason if ffmpeg was interrupted
 */
export async function finish(
  options: EncodeOptions,
  container: Container,
  partial: string,
  firstPts: number,
): Promise<void> {
  const copied = copiedSound(options, container);
  if (container.muxer === "mp4" || copied || chaptersOf(options, container).length > 0) {
    const finishing = finishingPath(options.path);
    try {
      await remux(options, container, partial, finishing, firstPts);
      await move(finishing, options.path);
    } catch (error) {
      await removeIfThere(finishing);
      throw error;
    }
    await removeIfThere(partial);
  } else {
    await describeFile(partial, options.metadata ?? {});
    await move(partial, options.path);
  }
}

/** The sound of the source, if all of it can be copied into the container unchanged. */
function copiedSound({ sound }: EncodeOptions, container: Container): EncodeOptions["sound"] {
  if (!sound?.source.audio || sound.from || sound.duration !== undefined) return undefined;
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
  firstPts: number,
): Promise<void> {
  const copied = copiedSound(options, container);
  const shift = firstPts - await videoStart(partial);
  const inputs: CommandInput[] = [{
    source: fileArgument(partial),
    options: ["-itsoffset", shift.toFixed(6)],
  }];
  if (copied) {
    const offset = ["-itsoffset", (-copied.source.startTime).toFixed(6)];
    inputs.push({ source: fileArgument(copied.source.path), options: [...safeInput, ...offset] });
  }
  const chapters = chaptersOf(options, container);
  if (chapters.length > 0) {
    inputs.push({ source: chaptersInput(chapters), options: ["-f", "ffmetadata"] });
  }
  const exit = await runFfmpeg(await locate("ffmpeg"), {
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
      // The nominal rate gives the last frame its duration; it changes no time stamps.
      ...["-r", `${options.frameRate.num}/${options.frameRate.den}`],
      ...["-map_chapters", chapters.length > 0 ? String(inputs.length - 1) : "-1"],
      ...["-f", container.muxer],
      ...(container.muxer === "mp4" ? ["-movflags", "+faststart"] : []),
    ],
    output: resolve(target),
  });
  if (!exit.ok) throw await failure(options, exit);
}

/** Start time of the video in seconds: containers without negative times shift everything slightly. */
async function videoStart(path: string): Promise<number> {
  const { streams } = await ffprobe(await locate("ffprobe"), path);
  const start = Number(streams.find((stream) => stream.codec_type === "video")?.start_time);
  return Number.isFinite(start) ? start : 0;
}

async function move(from: string, to: string): Promise<void> {
  try {
    await Deno.rename(from, to);
  } catch (cause) {
    const code = isDiskFull(cause) ? "disk_full" : "encoding_failed";
    throw new ReverieError(code, line`${{ path: to }} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}
