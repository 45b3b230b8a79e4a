import { fileArgument } from "./ffmpeg/command.ts";
import { ReverieError } from "../models/errors.ts";
import { type Line, line, saidBy } from "../models/line.ts";
import { decodeFilters, decodeInput } from "./ffmpeg/decode_filters.ts";
import { interruption } from "./ffmpeg/exit.ts";
import { featuresOf, passTimestamps } from "./ffmpeg/features.ts";
import { sourceOptions } from "./ffmpeg/formats.ts";
import { FrameTimes } from "./ffmpeg/frame_times.ts";
import { locate } from "./ffmpeg/locate.ts";
import type { Exit } from "./ffmpeg/log.ts";
import type { SourceInfo } from "./ffmpeg/probe.ts";
import { FfmpegProcess } from "./ffmpeg/process.ts";
import { RawFrames } from "./ffmpeg/raw_frames.ts";
import type { SourceFrame } from "./frame.ts";
import { decodePicture } from "./pictures/decode_picture.ts";

/** Options of {@link decode}. */
export interface DecodeOptions {
  /** Seconds from the start of the source at which to begin, 0 or more. */
  from?: number;
  /** Seconds of the source to decode, above 0. Default: to the end. */
  duration?: number;
  /** Stops decoding; the generator throws the signal's reason. */
  signal?: AbortSignal;
  /** Called with one line if the source ends early after some frames, or if part of it cannot be read. */
  onWarning?: (message: Line) => void;
}

/**
 * Smallest step to a frame whose time stamp does not increase, as a fraction of the nominal frame duration.
 */
const minimumStep = 1e-3;

/**
 * The frames of a source: upright, progressive, opaque, 8-bit BT.709 RGB at the stored size, each with the
 * time stamp of the source. ffmpeg runs only as fast as frames are consumed and ends with the generator.
 *
 * @throws {ReverieError} if no frame at all can be decoded
 * @throws the signal's reason when it is aborted
 */
export async function* decode(source: SourceInfo, options: DecodeOptions = {}): AsyncGenerator<SourceFrame> {
  const { signal } = options;
  signal?.throwIfAborted();
  if (source.reader === "libvips") return yield* decodePicture(source, options);
  const stream = await FrameStream.open(source, options);
  try {
    let previous: SourceFrame | undefined;
    for (let frame; (frame = await stream.next(previous)); previous = frame) {
      signal?.throwIfAborted();
      if (!previous) continue;
      previous.duration = frame.pts - previous.pts;
      yield previous;
    }
    signal?.throwIfAborted();
    const exit = await stream.exit;
    if (exit.interrupted) throw await interruption(signal);
    complain(source, options, exit, previous);
    if (!previous) return;
    previous.duration = lastDuration(source, options, previous.pts);
    yield previous;
  } finally {
    await stream.close();
  }
}

/**
 * A running decoder: pairs pictures from ffmpeg's standard output, in order, with time stamps from its
 * standard error.
 */
class FrameStream {
  readonly exit: Promise<Exit>;
  readonly #pictures: RawFrames;

  private constructor(
    private readonly source: SourceInfo,
    private readonly process: FfmpegProcess,
    private readonly times: FrameTimes,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.exit = process.done;
    this.#pictures = new RawFrames(process.stdout, source.width * source.height * 3);
    this.exit.then(() => times.close());
    signal?.addEventListener("abort", this.#stop);
  }

  static async open(source: SourceInfo, options: DecodeOptions): Promise<FrameStream> {
    const program = await locate("ffmpeg");
    const features = await featuresOf(program);
    const times = new FrameTimes();
    const process = new FfmpegProcess(program, "stdout", {
      input: [
        ...sourceOptions(source),
        ...decodeInput(source, features),
        ...cut(options),
        "-i",
        fileArgument(source.path),
      ],
      options: [
        ...["-map", `0:${source.stream}`, "-filter:v", decodeFilters(source, features)],
        ...[...passTimestamps(features), "-f", "rawvideo", "-pix_fmt", "rgb24"],
        ...(source.kind === "picture" ? ["-frames:v", "1"] : []),
      ],
      output: "pipe:1",
      onLine: (line) => times.readLine(line),
    });
    return new FrameStream(source, process, times, options.signal);
  }

  /** The next frame, with the nominal duration for now, or undefined at the end. */
  async next(previous: SourceFrame | undefined): Promise<SourceFrame | undefined> {
    const rgb = await this.#pictures.next();
    if (!rgb) return undefined;
    const told = await this.times.next();
    const { width, height, frameRate } = this.source;
    const nominal = frameRate.den / frameRate.num;
    const earliest = previous ? previous.pts + minimumStep * nominal : -Infinity;
    const expected = previous ? previous.pts + nominal : 0;
    const pts = told === undefined ? expected : Math.max(told, earliest);
    return { index: previous ? previous.index + 1 : 0, pts, duration: nominal, width, height, rgb };
  }

  readonly #stop = () => this.process.kill();

  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.#stop);
    this.#stop();
    await this.#pictures.cancel();
    await this.exit;
  }
}

/** Seeking before the input is exact: ffmpeg drops the frames decoded before this time, and calls it 0. */
function cut({ from, duration }: DecodeOptions): string[] {
  return [
    ...(from ? ["-ss", String(from)] : []),
    ...(duration === undefined ? [] : ["-t", String(duration)]),
  ];
}

/** Reports what went wrong: throws if no frame was decoded, warns otherwise. */
function complain(
  source: SourceInfo,
  options: DecodeOptions,
  exit: Exit,
  last: SourceFrame | undefined,
): void {
  const { from = 0, duration, onWarning } = options;
  const { path } = source;
  const told = (error: string) => saidBy(error, [path]);
  if (!last) {
    if (from > 0 && exit.ok) {
      throw new ReverieError(
        "unusable_video",
        line`${{ path }} has no frame at ${from} s: it is ${source.duration.toFixed(2)} s long`,
      );
    }
    const last = exit.errors.at(-1);
    const reason = last === undefined ? "it has no frames" : told(last);
    throw new ReverieError("unusable_video", line`${{ path }} cannot be decoded: ${reason}`);
  }
  const count = last.index + 1;
  const whole = from === 0 && duration === undefined;
  if (whole && source.framesExact && count < source.frames) {
    onWarning?.(line`${{ path }} is damaged: ${count} of ${source.frames} frames could be read`);
  } else if (exit.errors.length > 0) {
    onWarning?.(
      line`${{ path }} is damaged after ${last.pts.toFixed(2)} s or before: ${told(exit.errors[0]!)}`,
    );
  }
}

/**
 * Seconds that the last frame is shown: to the end of its stream or of the requested part if known, otherwise
 * the nominal duration.
 */
function lastDuration(source: SourceInfo, { from = 0, duration }: DecodeOptions, pts: number): number {
  const nominal = source.frameRate.den / source.frameRate.num;
  const end = Math.min(duration ?? Infinity, (source.videoEnd ?? -Infinity) - from);
  const rest = end - pts;
  return Number.isFinite(rest) && rest > nominal / 2 ? rest : nominal;
}
