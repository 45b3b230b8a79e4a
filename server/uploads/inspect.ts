import { deadline } from "../../pipeline/deadline.ts";
import { decode } from "../../pipeline/decode.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";
import type { SourceInfo } from "../../pipeline/ffmpeg/source_info.ts";
import { formatTime } from "../../pipeline/settings/units.ts";
import type { SourceFacts } from "../dreams/dream.ts";
import { invalidParameter, ReverieError } from "../../pipeline/errors.ts";
import type { Limits } from "../options.ts";
import { quoted } from "./names.ts";
import { Turns } from "./turns.ts";

/** Options of {@link inspect}. */
export interface InspectOptions {
  limits: Pick<Limits, "duration" | "pixels" | "frames">;
  /** Part of the video to be dreamed, in seconds; the limits apply to the part. */
  from?: number | undefined;
  duration?: number | undefined;
  /** Whether pictures are accepted, too. */
  pictures?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Time limit for an inspection, in milliseconds; waiting for its turn does not count. */
const patience = 60_000;

/** Each inspection starts ffprobe and ffmpeg, so only a few run at a time. */
const inspections = new Turns(2);

/**
 * Inspects an upload without trusting anything about it: what it is, whether its first frame can be decoded,
 * and whether it is within the limits. ffmpeg may use only the file protocol and no format that refers to
 * other files. Error messages call the file by `name`.
 *
 * @throws {ReverieError} `not_a_video` if it is something else, `unusable_video` if it is damaged, too long
 * or too large, `invalid_parameter` if it lacks the requested part
 */
export function inspect(file: string, name: string, options: InspectOptions): Promise<SourceFacts> {
  return inspections.run(() => inspectNow(file, name, options), options.signal);
}

async function inspectNow(file: string, name: string, options: InspectOptions): Promise<SourceFacts> {
  const { signal } = options;
  const time = AbortSignal.timeout(patience);
  const stop = signal ? AbortSignal.any([signal, time]) : time;
  try {
    const info = await deadline(probe(file, { signal: stop }), { signal: stop });
    if (info.kind === "picture" && !options.pictures) {
      throw new ReverieError("not_a_video", `${name} is a picture: upload a video`);
    }
    checkLimits(info, name, options);
    await decodeFirst(info, options.from, stop);
    return factsOf(info, (await Deno.stat(file)).size);
  } catch (error) {
    signal?.throwIfAborted();
    if (time.aborted) {
      throw new ReverieError("unusable_video", `${name} takes too long to read: convert it to MP4`, {
        cause: error,
      });
    }
    throw error instanceof ReverieError ? error.renamed({ [file]: quoted(name) }) : error;
  }
}

function checkLimits(
  info: SourceInfo,
  name: string,
  { limits, from, duration, pictures }: InspectOptions,
): void {
  const { width, height, frames } = info;
  if (width * height > limits.pixels) {
    const most = `at most ${(limits.pixels / 1e6).toFixed(1)} million pixels are taken`;
    throw new ReverieError("unusable_video", `${name} is ${width}x${height}, too large to dream: ${most}`);
  }
  if (info.kind === "picture" && pictures) return;
  if (from !== undefined && from >= info.duration) {
    const message = `from is ${from} s, but ${name} is only ${info.duration.toFixed(2)} s long`;
    throw invalidParameter("from", message);
  }
  const seconds = Math.min(info.duration - (from ?? 0), duration ?? Infinity);
  if (seconds > limits.duration) {
    const message =
      `${name} is ${formatTime(seconds)} long, and at most ${formatTime(limits.duration)} are dreamed: ` +
      "choose a part of it with from and duration";
    throw new ReverieError("unusable_video", message);
  }
  if (frames * seconds / info.duration > limits.frames) {
    const message = `${name} has ${frames} frames, and at most ${limits.frames} are dreamed: ` +
      "choose a part of it with from and duration";
    throw new ReverieError("unusable_video", message);
  }
}

/** Decodes the first frame: a container may be intact while its pictures are not. */
async function decodeFirst(info: SourceInfo, from: number | undefined, signal: AbortSignal): Promise<void> {
  for await (const _ of decode(info, { ...(from !== undefined && { from }), signal })) return;
  throw new ReverieError("unusable_video", "it has no frames");
}

function factsOf(
  { width, height, duration, frames, frameRate, audio }: SourceInfo,
  bytes: number,
): SourceFacts {
  return {
    width,
    height,
    duration,
    frames,
    frameRate: frameRate.num / frameRate.den,
    audio: audio !== undefined,
    bytes,
  };
}
