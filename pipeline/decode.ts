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
import { seekOptions, seekPoint, SourceClock, tolerance } from "./ffmpeg/source_clock.ts";
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
    const { from = 0, duration = Infinity } = options;
    let previous: SourceFrame | undefined;
    let ended = false;
    let count = 0;
    for await (const frame of part(stream, source, from)) {
      signal?.throwIfAborted();
      ended = frame.pts >= from + duration - tolerance;
      const pts = Math.min(frame.pts - from, duration);
      if (previous) {
        previous.duration = pts - previous.pts;
        yield previous;
      }
      previous = ended ? undefined : { ...frame, index: count, pts };
      if (ended) break;
      count++;
    }
    signal?.throwIfAborted();
    const exit = ended ? undefined : await stream.exit;
    if (exit?.interrupted) throw await interruption(signal);
    complain(source, options, stream, exit, count);
    if (!previous) return;
    previous.duration = lastDuration(source, options, previous.pts);
    yield previous;
  } finally {
    await stream.close();
  }
}

/**
 * The frames from a time on. The one on display at that time comes first, unless the next one begins within a
 * frame's time.
 */
async function* part(stream: FrameStream, source: SourceInfo, from: number): AsyncGenerator<SourceFrame> {
  const nominal = source.frameRate.den / source.frameRate.num;
  let before: SourceFrame | undefined;
  let begun = false;
  for (let frame, last; (frame = await stream.next(last)); last = frame) {
    if (frame.pts < from - tolerance) {
      before = frame;
      continue;
    }
    if (!begun && before && frame.pts - from > nominal) yield { ...before, pts: from };
    begun = true;
    yield { ...frame, pts: Math.max(frame.pts, from) };
  }
  if (!begun && before && from < source.duration) yield { ...before, pts: from };
}

/**
 * A running decoder: pairs pictures from ffmpeg's standard output, in order, with time stamps from its
 * standard error.
 */
class FrameStream {
  readonly exit: Promise<Exit>;
  readonly #pictures: RawFrames;
  readonly #clock: SourceClock;
  #first = true;
  #errorsBefore = 0;
  /** Number of frames so far, and the time of the last one in seconds. */
  count = 0;
  last = 0;

  private constructor(
    private readonly source: SourceInfo,
    private readonly process: FfmpegProcess,
    private readonly times: FrameTimes,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.exit = process.done;
    this.#clock = new SourceClock(source, source.stream);
    this.#pictures = new RawFrames(process.stdout, source.width * source.height * 3);
    this.exit.then(() => times.close());
    signal?.addEventListener("abort", this.#stop);
  }

  static async open(source: SourceInfo, options: DecodeOptions): Promise<FrameStream> {
    const program = await locate("ffmpeg");
    const features = await featuresOf(program);
    const times = new FrameTimes();
    const point = source.kind === "picture"
      ? undefined
      : await seekPoint(source, options.from ?? 0, options.signal);
    const process = new FfmpegProcess(program, "stdout", {
      input: [
        ...sourceOptions(source),
        ...decodeInput(source, features),
        ...seekOptions(point?.seek),
        "-i",
        fileArgument(source.path),
      ],
      options: [
        ...[
          "-map",
          `0:${source.stream}`,
          "-filter:v",
          decodeFilters(source, features, point && point.keep - tolerance),
        ],
        ...[...passTimestamps(features), "-enc_time_base", "1:25", "-f", "rawvideo", "-pix_fmt", "rgb24"],
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
    const told = (await this.times.next())?.seconds;
    if (this.#first) this.#errorsBefore = this.process.errors.length;
    this.#first = false;
    const { width, height, frameRate } = this.source;
    const nominal = frameRate.den / frameRate.num;
    const earliest = previous ? previous.pts + minimumStep * nominal : -Infinity;
    const expected = previous ? previous.pts + nominal : 0;
    const pts = told === undefined ? expected : Math.max(this.#clock.next(told), earliest);
    this.count++;
    this.last = pts;
    return { index: 0, pts, duration: nominal, width, height, rgb };
  }

  /** Errors since the first frame: before it, decoding may lack what came before the start. */
  get errors(): readonly string[] {
    return this.process.errors.slice(this.#errorsBefore);
  }

  readonly #stop = () => this.process.kill();

  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.#stop);
    this.#stop();
    await this.#pictures.cancel();
    await this.exit;
  }
}

/** Reports what went wrong: throws if no frame was decoded, warns if some could not be. */
function complain(
  source: SourceInfo,
  options: DecodeOptions,
  stream: FrameStream,
  exit: Exit | undefined,
  given: number,
): void {
  const { from = 0, duration, onWarning } = options;
  const { path } = source;
  const told = (error: string) => saidBy(error, [path]);
  const { count, last } = stream;
  if (given === 0) {
    if (count > 0 || from > 0 && exit?.ok !== false) {
      throw new ReverieError(
        "unusable_video",
        line`${{ path }} has no frame at ${from} s: it is ${source.duration.toFixed(2)} s long`,
      );
    }
    const reason = exit?.errors.length ? told(exit.errors.at(-1)!) : "it has no frames";
    throw new ReverieError("unusable_video", line`${{ path }} cannot be decoded: ${reason}`);
  }
  const whole = from === 0 && duration === undefined;
  const errors = exit && !exit.ok ? exit.errors : stream.errors;
  if (whole && source.framesExact && count < source.frames && (exit?.errors.length ?? 0) > 0) {
    onWarning?.(line`${{ path }} is damaged: ${count} of ${source.frames} frames could be read`);
  } else if (errors.length > 0) {
    onWarning?.(line`${{ path }} is damaged after ${last.toFixed(2)} s or before: ${told(errors[0]!)}`);
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
