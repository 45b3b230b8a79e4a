import { resolve } from "node:path";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line, mentioning, saidBy } from "../../models/line.ts";
import { EncoderProcess } from "../ffmpeg/encoder_process.ts";
import { interruption } from "../ffmpeg/exit.ts";
import { featuresOf } from "../ffmpeg/features.ts";
import { locate } from "../ffmpeg/locate.ts";
import type { Exit } from "../ffmpeg/log.ts";
import { matroskaHeader, pictureHeader, soundHeader } from "../ffmpeg/matroska.ts";
import { SoundReader } from "../ffmpeg/sound_reader.ts";
import type { EncodableFrame } from "../frame.ts";
import { encoderArguments } from "./arguments.ts";
import type { Container } from "./container.ts";
import type { EncodeOptions } from "./options.ts";

/** Feeds an encoder with frames, each followed by the sound up to its end. */
export class FrameWriter {
  /** Frames written so far. */
  frames = 0;
  /** Presentation time of the first frame in seconds. */
  firstPts = 0;
  /** Presentation time and duration of the last frame in seconds. */
  last = { pts: 0, duration: 0 };
  readonly #options: EncodeOptions;
  readonly #encoder: EncoderProcess;
  readonly #sound: SoundReader | undefined;
  readonly #partial: string;
  #samples = 0;
  #lastPts = -Infinity;

  private constructor(
    options: EncodeOptions,
    encoder: EncoderProcess,
    sound: SoundReader | undefined,
    partial: string,
  ) {
    this.#options = options;
    this.#encoder = encoder;
    this.#sound = sound;
    this.#partial = partial;
  }

  /**
   * Starts the encoder and, if there is sound, its reader.
   *
   * @throws {ReverieError} if ffmpeg is not found, lacks a required encoder or cannot be started
   */
  static async open(options: EncodeOptions, container: Container, partial: string): Promise<FrameWriter> {
    const program = await locate("ffmpeg");
    const features = await featuresOf(program);
    const wanted = container.audioEncoders.length > 0 || options.hls !== undefined
      ? options.sound
      : undefined;
    const sound = wanted && await SoundReader.open(wanted.source, {
      ...wanted,
      onUnread: (reason) => options.onWarning?.(unread(wanted.source.path, "cannot be read", reason)),
    });
    try {
      const { options: list, output, cwd } = encoderArguments(
        options,
        container,
        partial,
        sound,
        features,
      );
      const encoder = new EncoderProcess(program, list, output, cwd);
      const writer = new FrameWriter(options, encoder, sound, partial);
      await writer.#write(matroskaHeader({ video: options, ...(sound ? { audio: sound } : {}) }));
      return writer;
    } catch (error) {
      await sound?.close();
      throw error;
    }
  }

  /**
   * Writes a frame and the sound up to its end.
   *
   * @throws {RangeError} if the frame has the wrong size or does not follow the previous one in time
   * @throws {ReverieError} if the encoder has failed
   */
  async write({ pts, duration, rgb }: EncodableFrame): Promise<void> {
    const { width, height } = this.#options;
    if (rgb.length !== width * height * 3) {
      throw new RangeError(`a frame has ${rgb.length} bytes instead of ${width}x${height}x3`);
    }
    if (!(pts > this.#lastPts)) throw new RangeError(`a frame at ${pts} s follows one at ${this.#lastPts} s`);
    if (this.frames === 0) this.firstPts = pts;
    this.#lastPts = pts;
    this.last = { pts, duration };
    await this.#write(pictureHeader(pts, duration, rgb.length));
    await this.#write(rgb);
    this.frames++;
    if (this.#sound) await this.#writeSound(Math.round((pts + duration) * this.#sound.sampleRate));
  }

  /** Ends the stream and lets the encoder finish; with `wholeSound`, writes the rest of the sound first. */
  async finish(wholeSound: boolean): Promise<Exit> {
    try {
      if (wholeSound && this.#sound) await this.#finishSound();
    } finally {
      await this.#sound?.close();
      await this.#encoder.end();
    }
    return await this.#encoder.end();
  }

  /** Writes the rest of the sound, and warns if parts of it could not be read. */
  async #finishSound(): Promise<void> {
    await this.#writeSound(Infinity);
    const errors = await this.#sound!.close();
    const path = this.#options.sound?.source.path ?? "";
    if (errors.length > 0) this.#options.onWarning?.(unread(path, "is damaged", errors[0]!));
  }

  /** Writes sound until `until` samples of each channel have been written, in blocks of at most a second. */
  async #writeSound(until: number): Promise<void> {
    const { sampleRate } = this.#sound!;
    while (this.#samples < until) {
      const wanted = Math.min(until - this.#samples, sampleRate);
      const bytes = await this.#sound!.read(wanted);
      const samples = bytes.length / 4 / this.#sound!.channels;
      if (samples === 0) return;
      await this.#write(soundHeader(this.#samples / sampleRate, samples / sampleRate, bytes.length));
      await this.#write(bytes);
      this.#samples += samples;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const exit = await this.#encoder.write(bytes);
    if (exit) throw await failure(this.#options, exit, [this.#partial]);
  }
}

function unread(path: string, what: string, reason: string): Line {
  return line`the sound of ${{ path }} ${what}: ${mentioning(reason, [path])}`;
}

/**
 * The error for an encoder that ended early or failed. ffmpeg reports a full disk only in prose.
 *
 * @param written files that ffmpeg was to write
 */
export async function failure(
  { path, hls = "", sound, signal }: EncodeOptions,
  exit: Exit,
  written: readonly string[],
): Promise<unknown> {
  if (exit.interrupted) return await interruption(signal);
  const cause = exit.errors.join("\n");
  if (/No space left on device|Disk quota exceeded/.test(cause)) {
    return new ReverieError("disk_full", line`${{ path }} could not be finished: the disk is full`, {
      advice: ["make room and start again"],
      cause,
    });
  }
  if (/SIGXFSZ|File too large/.test(cause)) {
    const wrong = line`${{ path }} could not be finished: it grows larger than a file may be here`;
    return new ReverieError("encoding_failed", wrong, {
      advice: ["raise the limit (ulimit -f)", "choose another disk"],
      cause,
    });
  }
  const source = sound?.source.path ?? "";
  if (source && await isGone(source)) {
    const wrong = line`${{ path: source }} was removed while it was dreamed, and its sound with it`;
    return new ReverieError("source_unreadable", wrong, { cause });
  }
  const files = [path, ...written, ...written.map((file) => resolve(file)), hls, source];
  const reason = saidBy(exit.errors[0] ?? "ffmpeg ended early", files);
  return new ReverieError("encoding_failed", line`${{ path }} could not be written: ${reason}`, { cause });
}

async function isGone(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
